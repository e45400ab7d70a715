with identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

sightings as (
    select {{ customer_node(company='customer_id', email='email') }} as node, created_at as seen_at
    from {{ ref('stg_files__customers') }}
    union all
    select {{ customer_node(company='customer_id') }} as node, started_at as seen_at
    from {{ ref('stg_files__subscriptions') }}
    union all
    select {{ customer_node(company='customer_id', email='email') }} as node, opened_at as seen_at
    from {{ ref('stg_files__contacts') }}
    union all
    select {{ customer_node(company='customer_id', email='email') }} as node, ordered_at as seen_at
    from {{ ref('stg_files__orders') }}
    union all
    select {{ customer_node(hubspot='contact_id') }} as node, created_at as seen_at
    from {{ ref('stg_hubspot__contacts') }}
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
