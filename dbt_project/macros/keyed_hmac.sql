{#- HMAC-SHA256 in hex, null of null: outer key, then the hash of inner key and text. The padded keys are variables of dbt's own
    session (kuulo.warehouse.customer_key sets them) and never stand in SQL; so use this in models that are tables only: a view
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
