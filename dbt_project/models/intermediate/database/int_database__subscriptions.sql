{{ config(materialized='view') }}

with subscriptions as (
    select * from {{ ref('stg_database__subscriptions') }}
),

mapped as (
    select
        'database' as source,
        subscription_id,
        {{ customer_node(company='customer_id') }} as customer_node,
        plan,
        mrr,
        currency,
        started_at,
        ended_at,
        cancel_kind,
        cancel_reason
    from subscriptions
)

select * from mapped
