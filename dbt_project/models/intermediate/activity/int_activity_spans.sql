-- A day of activity makes a customer active on the mornings of the days after it, as many as inactivity_days. Months are told from the
-- days alone: customers times months are never written out.
{%- set tomorrow = 'cast(' ~ dbt.dateadd('day', 1, last_reported_day()) ~ ' as date)' %}

with use_of_days as (
    select customer_node, day from {{ ref('int_usage_by_customer_day') }}
),

-- a cart left behind is no order
orders as (
    select
        customer_node,
        {{ local_date('ordered_at') }} as day
    from {{ ref('int_orders_unioned') }}
    where customer_node is not null and coalesce(lower(trim(status)), '') <> 'abandoned'
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

active_nodes as (
    select customer_node, day from use_of_days
    union
    select customer_node, day from orders
),

active_days as (
    select
        identities.customer_key,
        active_nodes.day
    from active_nodes
    inner join identities on active_nodes.customer_node = identities.node
    group by identities.customer_key, active_nodes.day
),

followed as (
    select
        customer_key,
        day,
        lag(day) over (partition by customer_key order by day) as previous_day
    from active_days
),

numbered as (
    select
        customer_key,
        day,
        sum(case when {{ dbt.datediff('previous_day', 'day', 'day') }} <= {{ var('inactivity_days') }} then 0 else 1 end) over (
            partition by customer_key order by day rows between unbounded preceding and current row
        ) as stay
    from followed
),

stays as (
    select
        customer_key,
        min(day) as first_day,
        cast({{ dbt.dateadd('day', var('inactivity_days'), 'max(day)') }} as date) as seen_until
    from numbered
    group by customer_key, stay
),

placed as (
    select
        customer_key,
        cast({{ dbt.date_trunc('month', 'first_day') }} as date) as first_month,
        case when seen_until < {{ tomorrow }} then cast({{ dbt.date_trunc('month', 'seen_until') }} as date) end as last_month,
        min(cast({{ dbt.date_trunc('month', 'first_day') }} as date)) over (partition by customer_key) as customer_first_month
    from stays
),

-- not who came and fell silent between two boundaries
spans as (
    select
        customer_key,
        first_month,
        last_month,
        customer_first_month
    from placed
    where last_month is null or last_month > first_month
)

select * from spans
