{{ config(materialized='view') }}

with tickets as (
    select
        contact_id as ticket_id,
        customer_node,
        channel
    from {{ ref('int_zendesk__contacts') }}
),

-- unoffered is a ticket that nobody was asked about
ratings as (
    select
        'rating-' || rating_id as invite_id,
        survey_id,
        created_at as sent_at,
        case when word <> 'offered' then updated_at end as responded_at,
        case when word <> 'offered' then rating_id end as response_id,
        ticket_id,
        requester_id as user_id
    from {{ ref('stg_zendesk__satisfaction_ratings') }}
    where word <> 'unoffered'
),

responses as (
    select
        'response-' || response_id as invite_id,
        survey_id,
        min(offered_at) as sent_at,
        min(case when answer_type <> 'skipped' then answered_at end) as responded_at,
        max(case when answer_type <> 'skipped' then response_id end) as response_id,
        max(ticket_id) as ticket_id,
        max(responder_id) as user_id
    from {{ ref('stg_zendesk__csat_survey_responses') }}
    where offered_at is not null
    group by response_id, survey_id
),

invites as (
    select * from ratings
    union all
    select * from responses
),

mapped as (
    select
        'zendesk' as source,
        invites.invite_id,
        invites.survey_id,
        invites.sent_at,
        cast(null as boolean) as delivered,
        cast(null as {{ dbt.type_string() }}) as status,
        cast(null as timestamp) as opened_at,
        invites.responded_at,
        invites.response_id,
        tickets.channel,
        coalesce(tickets.customer_node, {{ customer_node(zendesk='invites.user_id') }}) as customer_node
    from invites
    left join tickets on invites.ticket_id = tickets.ticket_id
)

select * from mapped
