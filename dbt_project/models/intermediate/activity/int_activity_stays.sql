{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['customer_key'],
    pre_hook="{{ take_out('int_active_customers_lost', ['customer_key']) }}"
) }}

with identities as (
    select
        node,
        customer_key
    from {{ ref('int_customer_identities') }} as owners
    {{ only_those_in('int_active_customers_lost', 'owners', ['customer_key']) }}
),

active_nodes as (
    select customer_node, day
    from {{ ref('int_usage_by_customer_day') }}
    union all
    select customer_node, {{ local_date('ordered_at') }} as day
    from {{ ref('int_orders_unioned') }}
    where {{ is_order_placed('status') }}
),

active_days as (
    select
        identities.customer_key,
        active_nodes.day
    from active_nodes
    inner join identities on active_nodes.customer_node = identities.node
),

parts as (
    select customer_key, day as first_day, day as last_day
    from active_days
    {% if var('increment') -%}
    -- who has lost no day keeps the stays that are known, and gets a stay of one day of each that has come
    union all
    select customer_key, day as first_day, day as last_day
    from {{ ref('int_active_days_changed') }}
    where not is_lost
    union all
    select customer_key, first_day, last_day
    from {{ this }}
    where customer_key in (select changed.customer_key from {{ ref('int_active_days_changed') }} as changed)
    {%- endif %}
),

followed as (
    select
        customer_key,
        first_day,
        max(last_day) over (
            partition by customer_key order by first_day, last_day rows between unbounded preceding and 1 preceding
        ) as seen_before,
        max(last_day) over (
            partition by customer_key order by first_day, last_day rows between unbounded preceding and unbounded following
        ) as last_day_of_all
    from parts
),

-- the first of each stay, which says where the one before it ended
firsts as (
    select * from followed
    where seen_before is null or {{ dbt.datediff('seen_before', 'first_day', 'day') }} > {{ var('inactivity_days') }}
),

stays as (
    select
        customer_key,
        first_day,
        coalesce(lead(seen_before) over (partition by customer_key order by first_day), last_day_of_all) as last_day,
        min(first_day) over (partition by customer_key) as customer_first_day
    from firsts
)

select * from stays
