{#- A keyed hash of a customer's or a record's identity, in hex, null of null: see keyed_hmac. -#}
{% macro customer_hmac(expression) -%}
    {{ return(keyed_hmac(expression, 'customer_key')) }}
{%- endmacro %}
