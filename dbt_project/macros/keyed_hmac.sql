{#- HMAC-SHA256 in hex, null of null: outer key, then the hash of inner key and text. The padded keys are variables of dbt's own
    session (kuulo.warehouse.customer_key and spark_session set them) and never stand in SQL; so use this in models that are tables only: a view
    would need the key when it is read. `key` is the name of one of the plugins in profiles.yml: each purpose has a key of its own. -#}
{% macro keyed_hmac(expression, key) -%}
    {{ return(adapter.dispatch('keyed_hmac')(expression, key)) }}
{%- endmacro %}

{% macro default__keyed_hmac(expression, key) -%}
    sha256(
        getvariable('{{ key }}_outer')
        || unhex(sha256(getvariable('{{ key }}_inner') || encode({{ expression }})))
    )
{%- endmacro %}

{% macro spark__keyed_hmac(expression, key) -%}
    sha2(
        concat({{ key }}_outer, unhex(sha2(concat({{ key }}_inner, encode({{ expression }}, 'utf-8')), 256))), 256
    )
{%- endmacro %}
