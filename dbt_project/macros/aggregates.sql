{#- The value of the row whose order is smallest, among rows that have a value. -#}
{% macro first_by(expression, order_expression) -%}
    {{ return(adapter.dispatch('first_by')(expression, order_expression)) }}
{%- endmacro %}

{% macro default__first_by(expression, order_expression) -%}
    arg_min({{ expression }}, {{ order_expression }}) filter (where {{ expression }} is not null)
{%- endmacro %}

{% macro spark__first_by(expression, order_expression) -%}
    min_by({{ expression }}, {{ order_expression }}) filter (where {{ expression }} is not null)
{%- endmacro %}

{#- The exact percentile, interpolated between neighbours; percentile(x, 0.5) is the median. -#}
{% macro percentile(expression, share) -%}
    {{ return(adapter.dispatch('percentile')(expression, share)) }}
{%- endmacro %}

{% macro default__percentile(expression, share) -%}
    quantile_cont({{ expression }}, {{ share }})
{%- endmacro %}

{% macro spark__percentile(expression, share) -%}
    percentile({{ expression }}, {{ share }})
{%- endmacro %}
