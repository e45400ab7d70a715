{#- The text of one member of a JSON object that is kept as text; null where it has no such member. -#}
{% macro json_member(expression, name) -%}
    {%- if "'" in name or '"' in name -%}
        {{ exceptions.raise_compiler_error("json_member: the name of a member must hold no quotes, and has " ~ name) }}
    {%- endif -%}
    {{ return(adapter.dispatch('json_member', 'kuulo')(expression, name)) }}
{%- endmacro %}

{% macro default__json_member(expression, name) -%}
    json_extract_string({{ expression }}, '$."{{ name }}"')
{%- endmacro %}

{% macro spark__json_member(expression, name) -%}
    get_json_object({{ expression }}, '$[\'{{ name }}\']')
{%- endmacro %}
