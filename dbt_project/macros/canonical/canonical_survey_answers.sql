{#- The answers that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_survey_answers(source) -%}
with answers as (
    select * from {{ ref('stg_' ~ source ~ '__survey_answers') }}
),

-- a feed and a declaration say themselves what their questions measure
mapped as (
    select
        '{{ source }}' as source,
        survey_id,
        response_id,
        question_id,
        metric,
        scale,
        score,
        comment,
        submitted_at,
        touchpoint,
        journey_stage,
        channel,
        language,
        customer_node,
        weight,
        is_finished,
        _batch
    from answers
)

select * from mapped
{%- endmacro %}
