{#- The invites that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_survey_invites(source) -%}
with invites as (
    select * from {{ ref('stg_' ~ source ~ '__survey_invites') }}
),

mapped as (
    select
        '{{ source }}' as source,
        invite_id,
        survey_id,
        sent_at,
        delivered,
        status,
        opened_at,
        responded_at,
        response_id,
        channel,
        customer_node,
        _batch
    from invites
)

select * from mapped
{%- endmacro %}
