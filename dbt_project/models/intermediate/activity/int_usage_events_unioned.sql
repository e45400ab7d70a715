{{ config(materialized='view') }}

{%- set columns = ['source', 'event_id', 'customer_node', 'event_name', 'occurred_at', 'session_id', 'duration_seconds', 'quantity'] -%}

with events as (
    {{ union_canonical('usage_events', columns) | indent(4) }}
),

known_by_then as (
    select * from events
    where occurred_at < {{ as_of() }}
)

select * from known_by_then
