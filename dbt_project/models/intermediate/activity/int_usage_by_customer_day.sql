{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['customer_node', 'day'],
    pre_hook="{{ take_out('int_usage_event_changes', ['customer_node', 'day'], those='there.change < 0') }}",
    meta={'written': {'named_by': 'int_usage_event_changes', 'key': ['customer_node', 'day']}}
) }}

with {% if var('increment') -%}
changes as (
    select * from {{ ref('int_usage_event_changes') }}
    where customer_node is not null
),

-- days that lost an event, and with it perhaps their last: they are taken out above and counted again
losses as (
    select
        customer_node,
        day
    from changes
    where change < 0
    group by customer_node, day
),

lossy_nodes as (
    select
        customer_node,
        occurred_at
    from {{ ref('int_usage_events_unioned') }}
    where customer_node in (select losses.customer_node from losses)
),

counted_again as (
    select
        lossy_nodes.customer_node,
        losses.day,
        lossy_nodes.occurred_at
    from lossy_nodes
    inner join losses on lossy_nodes.customer_node = losses.customer_node and {{ local_date('lossy_nodes.occurred_at') }} = losses.day
),

-- to what is known of other days is added what has come
gains as (
    select
        changes.customer_node,
        changes.day,
        changes.occurred_at
    from changes
    left join losses on {{ same_key('changes', 'losses', ['customer_node', 'day']) }}
    where changes.change > 0 and losses.customer_node is null
),

days_with_gains as (
    select
        customer_node,
        day
    from gains
    group by customer_node, day
),

known as (
    select
        known_days.customer_node,
        known_days.day,
        known_days.events,
        known_days.last_used_at
    from {{ this }} as known_days
    inner join days_with_gains on known_days.customer_node = days_with_gains.customer_node and known_days.day = days_with_gains.day
),

parts as (
    select customer_node, day, events, last_used_at
    from known
    union all
    select customer_node, day, 1 as events, occurred_at as last_used_at
    from gains
    union all
    select customer_node, day, 1 as events, occurred_at as last_used_at
    from counted_again
),
{%- else -%}
parts as (
    select
        customer_node,
        {{ local_date('occurred_at') }} as day,
        1 as events,
        occurred_at as last_used_at
    from {{ ref('int_usage_events_unioned') }}
    where customer_node is not null
),
{%- endif %}

days as (
    select
        customer_node,
        day,
        cast(sum(events) as bigint) as events,
        max(last_used_at) as last_used_at
    from parts
    group by customer_node, day
)

select * from days
