{#- The subscriptions that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_subscriptions(source) -%}
with subscriptions as (
    select * from {{ ref('stg_' ~ source ~ '__subscriptions') }}
),

mapped as (
    select
        '{{ source }}' as source,
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
{%- endmacro %}
