{#- The cuts of the survey marts, in the order of their public columns. -#}
{% macro survey_cuts() -%}
    {{ return(['survey', 'touchpoint', 'journey_stage', 'channel', 'segment', 'country', 'scale']) }}
{%- endmacro %}

{#- How many rows are of this category. -#}
{% macro count_of(category) -%}
    sum(case when category = '{{ category }}' then 1 else 0 end)
{%- endmacro %}

{#- How much weight they carry. -#}
{% macro weight_of(category) -%}
    sum(case when category = '{{ category }}' then weight else 0 end)
{%- endmacro %}
