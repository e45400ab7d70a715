{#- The customers that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_customers(source, rank) -%}
with customers as (
    select * from {{ ref('stg_' ~ source ~ '__customers') }}
),

mapped as (
    select
        {{ customer_node(company='customer_id', email='email') }} as node,
        '{{ rank }} ' || customer_id as preference,
        segment,
        country,
        language,
        '{{ source }}:' || nullif(trim(account_id), '') as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        created_at as seen_at
    from customers
)

select * from mapped
{%- endmacro %}
