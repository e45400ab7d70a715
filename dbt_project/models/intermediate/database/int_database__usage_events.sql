{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_database__usage_events') }}
),

mapped as (
    select
        'database' as source,
        event_id,
        {{ customer_node(company='customer_id', email='email') }} as customer_node,
        event_name,
        occurred_at,
        session_id,
        duration_seconds,
        quantity
    from events
)

select * from mapped
