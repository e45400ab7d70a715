-- sent is delivered unless told otherwise; answered only if it had arrived and was answered before the reporting instant, of
-- which a response without a date says nothing
with invites as (
    select
        *,
        coalesce(delivered, lower(trim(status)) not in ('bounced', 'failed', 'undelivered'), true) as is_delivered,
        case
            when responded_at is null then coalesce(trim(response_id), '') <> ''
            else responded_at < {{ as_of() }}
        end as is_responded
    from {{ ref('stg_files__survey_invites') }}
    where sent_at < {{ as_of() }}
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

customers as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

resolved as (
    select
        invites.invite_id,
        {{ local_date('invites.sent_at') }} as day,
        invites.survey_id as survey,
        coalesce(invites.channel, 'unknown') as channel,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.country, 'unknown') as country,
        invites.is_delivered,
        invites.is_delivered and invites.is_responded as is_answered
    from invites
    left join identities on {{ customer_node(company='invites.customer_id', email='invites.email') }} = identities.node
    left join customers on identities.customer_key = customers.customer_key
)

select * from resolved
