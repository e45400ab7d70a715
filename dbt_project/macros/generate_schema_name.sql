{#- The schema is named as the folder says, without the target's prefix: `marts.nps_by_day` is a public name. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
