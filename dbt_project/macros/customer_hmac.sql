{#- A keyed HMAC-SHA256 in hex, null of null: outer key, then the hash of inner key and text. The padded keys are variables
    of dbt's own session (kuulo.warehouse.customer_key and spark_session set them) and never stand in SQL; so use this in models that are
    tables only: a view would need the key when it is read. -#}
{% macro customer_hmac(expression) -%}
    {{ return(adapter.dispatch('customer_hmac')(expression)) }}
{%- endmacro %}

{% macro default__customer_hmac(expression) -%}
    sha256(
        getvariable('customer_key_outer')
        || unhex(sha256(getvariable('customer_key_inner') || encode({{ expression }})))
    )
{%- endmacro %}

{% macro spark__customer_hmac(expression) -%}
    sha2(
        concat(customer_key_outer, unhex(sha2(concat(customer_key_inner, encode({{ expression }}, 'utf-8')), 256))), 256
    )
{%- endmacro %}
