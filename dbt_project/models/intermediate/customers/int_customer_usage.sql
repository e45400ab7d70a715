{%- set days = var('usage_trend_days') -%}

with use_of_days as (
    select * from {{ ref('int_usage_by_customer_day') }}
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

-- whole local days, the last that of the reporting instant, and as many before
placed as (
    select
        customer_node,
        day,
        events,
        last_used_at,
        day >= cast({{ dbt.dateadd('day', 1 - days, last_reported_day()) }} as date) as is_recent
    from use_of_days
    where day >= cast({{ dbt.dateadd('day', 1 - 2 * days, last_reported_day()) }} as date)
),

by_customer as (
    select
        identities.customer_key,
        cast(sum(case when placed.is_recent then placed.events else 0 end) as bigint) as usage_events,
        cast(sum(case when placed.is_recent then 0 else placed.events end) as bigint) as usage_events_before,
        count(distinct case when placed.is_recent then placed.day end) as usage_days,
        count(distinct case when not placed.is_recent then placed.day end) as usage_days_before,
        max(placed.last_used_at) as last_used_at
    from placed
    inner join identities on placed.customer_node = identities.node
    group by identities.customer_key
)

select * from by_customer
