{%- set columns = ['source', 'event_id', 'customer_node', 'occurred_at'] -%}

-- an event told otherwise is gone as it was and has come as it is; one from after the former reporting instant was not counted by then
with told as (
    {{ union_canonical('usage_events', columns, moments=['occurred_at']) | indent(4) }}
),

replaced as (
    select {{ columns | join(', ') }} from {{ ref('int_usage_events_replaced') }}
    where occurred_at < {{ as_of_before() }}
),

counted as (
    select * from told
    where occurred_at < {{ as_of() }}
),

come as (
    select * from counted
    except
    select * from replaced
),

-- only what another version stands for now: one that came late but is older replaces nothing
gone as (
    select replaced.{{ columns | join(', replaced.') }}
    from replaced
    inner join told on replaced.source = told.source and replaced.event_id = told.event_id
    except
    select * from counted
),

changes as (
    select *, 1 as change from come
    union all
    select *, -1 as change from gone
),

dated as (
    select
        *,
        {{ local_date('occurred_at') }} as day
    from changes
)

select * from dated
