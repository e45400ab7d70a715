{#- The events of use that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_usage_events(source) -%}
with events as (
    select * from {{ ref('stg_' ~ source ~ '__usage_events') }}
),

mapped as (
    select
        '{{ source }}' as source,
        event_id,
        {{ customer_node(company='customer_id', email='email') }} as customer_node,
        event_name,
        occurred_at,
        session_id,
        duration_seconds,
        quantity,
        _batch
    from events
)

select * from mapped
{%- endmacro %}
