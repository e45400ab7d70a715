{#- The instant from which on answers are explained: a year before the reporting instant. -#}
{% macro explained_since() -%}
    {{ return(dbt.dateadd('month', -12, as_of())) }}
{%- endmacro %}
