{%- set columns = ['source', 'invite_id', 'survey_id', 'sent_at', 'delivered', 'status', 'responded_at', 'response_id', 'channel',
    'customer_node'] -%}

with invites as (
    {{ union_canonical('survey_invites', columns) | indent(4) }}
),

-- sent is delivered unless told otherwise; answered only if it had arrived and was answered before the reporting instant, of
-- which a response without a date says nothing
known_by_then as (
    select
        *,
        coalesce(delivered, lower(trim(status)) not in ('bounced', 'failed', 'undelivered'), true) as is_delivered,
        case
            when responded_at is null then coalesce(trim(response_id), '') <> ''
            else responded_at < {{ as_of() }}
        end as is_responded
    from invites
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
        known_by_then.source,
        known_by_then.invite_id,
        {{ local_date('known_by_then.sent_at') }} as day,
        known_by_then.survey_id as survey,
        coalesce(known_by_then.channel, 'unknown') as channel,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.country, 'unknown') as country,
        known_by_then.is_delivered,
        known_by_then.is_delivered and known_by_then.is_responded as is_answered
    from known_by_then
    left join identities on known_by_then.customer_node = identities.node
    left join customers on identities.customer_key = customers.customer_key
)

select * from resolved
