with identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

customers as (
    {{ union_canonical('customers', ['node', 'seen_at']) | indent(4) }}
),

sightings as (
    select node, seen_at
    from customers
    union all
    select customer_node as node, started_at as seen_at
    from {{ ref('int_subscriptions_unioned') }}
    union all
    select customer_node as node, opened_at as seen_at
    from {{ ref('int_contacts_unioned') }}
    where source <> 'hubspot' -- whoever has a ticket there has a contact of the CRM, which says since when
    union all
    select customer_node as node, ordered_at as seen_at
    from {{ ref('int_orders_unioned') }}
    union all
    select customer_node as node, submitted_at as seen_at
    from {{ ref('int_survey_answers_unioned') }}
),

first_by_node as (
    select
        node,
        min(seen_at) as first_seen_at
    from sightings
    where node is not null and seen_at < {{ as_of() }}
    group by node
),

first_sightings as (
    select
        identities.customer_key,
        min(first_by_node.first_seen_at) as first_seen_at
    from first_by_node
    inner join identities on first_by_node.node = identities.node
    group by identities.customer_key
)

select * from first_sightings
