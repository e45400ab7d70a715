{{ config(materialized='view') }}

with invites as (
    select * from {{ ref('stg_dynamics365__survey_invites') }}
    where not is_deleted
),

choices as (
    select * from {{ ref('dynamics365_choices') }}
),

-- an invite may be answered more than once: it was answered when the first response came
responses as (
    select
        invite_id,
        min(coalesce(submitted_at, created_at)) as responded_at,
        min(response_id) as response_id
    from {{ ref('stg_dynamics365__survey_responses') }}
    where not is_deleted and invite_id is not null
    group by invite_id
),

mapped as (
    select
        'dynamics365' as source,
        invites.invite_id,
        invites.survey_id,
        coalesce(invites.sent_at, invites.created_at) as sent_at,
        case
            when statuses.meaning in ('failed', 'bounced', 'skipped') then false
            when statuses.meaning is not null or responses.invite_id is not null then true
        end as delivered,
        statuses.meaning as status,
        cast(null as timestamp) as opened_at,
        responses.responded_at,
        responses.response_id,
        channels.meaning as channel,
        {{ customer_node(
            dynamics365="case when invites.regarding_type in ('contact', 'account') then invites.regarding_id end", email='invites.email'
        ) }} as customer_node
    from invites
    left join responses on invites.invite_id = responses.invite_id
    left join choices as channels
        on channels.kind = 'invite_channel' and cast(invites.channel_code as {{ dbt.type_string() }}) = channels.code
    left join choices as statuses
        on statuses.kind = 'invite_status' and cast(invites.invite_status_code as {{ dbt.type_string() }}) = statuses.code
    -- one that waits to be sent has not been sent
    where coalesce(statuses.meaning, 'sent') <> 'queued'
)

select * from mapped
