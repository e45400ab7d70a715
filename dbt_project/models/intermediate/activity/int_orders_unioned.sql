{{ config(materialized='view') }}

{%- set columns = ['source', 'order_id', 'customer_node', 'ordered_at', 'amount', 'currency', 'status'] -%}

with orders as (
    {{ union_canonical('orders', columns) | indent(4) }}
),

known_by_then as (
    select * from orders
    where ordered_at < {{ as_of() }}
)

select * from known_by_then
