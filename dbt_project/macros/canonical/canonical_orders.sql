{#- The orders that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_orders(source) -%}
with orders as (
    select * from {{ ref('stg_' ~ source ~ '__orders') }}
),

mapped as (
    select
        '{{ source }}' as source,
        order_id,
        {{ customer_node(company='customer_id', email='email') }} as customer_node,
        ordered_at,
        amount,
        currency,
        status,
        _batch
    from orders
)

select * from mapped
{%- endmacro %}

{#- Whether an order was placed: a cart left behind is none. -#}
{% macro is_order_placed(status) -%}
    coalesce(lower(trim({{ status }})), '') <> 'abandoned'
{%- endmacro %}
