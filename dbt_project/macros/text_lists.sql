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

{#- The texts of a group in the order of other columns (names, joined by commas), as one text. -#}
{% macro joined_text(expression, order_expression, separator='; ') -%}
    {{ return(adapter.dispatch('joined_text')(expression, order_expression, separator)) }}
{%- endmacro %}

{% macro default__joined_text(expression, order_expression, separator) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_expression }})
{%- endmacro %}

{% macro spark__joined_text(expression, order_expression, separator) -%}
    array_join(
        transform(array_sort(collect_list(struct({{ order_expression }}, {{ expression }} as word))), each -> each.word),
        '{{ separator }}'
    )
{%- endmacro %}
