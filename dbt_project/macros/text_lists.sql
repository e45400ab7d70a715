{#- One row for each part of a text joined by a separator; rows whose text is null vanish. -#}
{% macro unnest_separated(expression, separator=';') -%}
    {{ return(adapter.dispatch('unnest_separated')(expression, separator)) }}
{%- endmacro %}

{% macro default__unnest_separated(expression, separator) -%}
    unnest(string_split({{ expression }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__unnest_separated(expression, separator) -%}
    explode(split({{ expression }}, '{{ separator }}'))
{%- endmacro %}
