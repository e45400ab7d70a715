{%- set days = var('usage_trend_days') -%}

with events as (
    select
        customer_node,
        occurred_at,
        {{ local_date('occurred_at') }} as day
    from {{ ref('int_usage_events_unioned') }}
    where customer_node is not null
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

-- whole local days, the last that of the reporting instant, and as many before
placed as (
    select
        customer_node,
        occurred_at,
        day,
        day >= cast({{ dbt.dateadd('day', 1 - days, last_reported_day()) }} as date) as is_recent
    from events
    where day >= cast({{ dbt.dateadd('day', 1 - 2 * days, last_reported_day()) }} as date)
),

by_customer as (
    select
        identities.customer_key,
        sum(case when placed.is_recent then 1 else 0 end) as events,
        sum(case when placed.is_recent then 0 else 1 end) as events_before,
        count(distinct case when placed.is_recent then placed.day end) as days,
        count(distinct case when not placed.is_recent then placed.day end) as days_before,
        max(placed.occurred_at) as last_used_at
    from placed
    inner join identities on placed.customer_node = identities.node
    group by identities.customer_key
)

select * from by_customer
