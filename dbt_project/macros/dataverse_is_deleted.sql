{#- Whether a row of Dataverse is gone: by its tombstone, or because a later reading of the whole table did not have it. -#}
{% macro dataverse_is_deleted(primary_key) -%}
    coalesce(is_deleted, false)
    or coalesce(max(_window_end) over (partition by {{ primary_key | join(', ') }}) < max(full_read_at) over (), false)
{%- endmacro %}
