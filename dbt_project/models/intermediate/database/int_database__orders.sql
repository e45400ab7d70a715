{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('stg_database__orders') }}
),

mapped as (
    select
        'database' as source,
        order_id,
        {{ customer_node(company='customer_id', email='email') }} as customer_node,
        ordered_at,
        amount,
        currency,
        status
    from orders
)

select * from mapped
