{#- Ranks the versions of a record, the latest first: by the vendor's own version column if it has one, then by
    when it landed. A file's window says only what its records speak of, so a later correction may have the earlier one. -#}
{% macro version_rank(primary_key, version_column=none) -%}
    row_number() over (
        partition by {{ primary_key | join(', ') }}
        order by {% if version_column %}{{ version_column }} desc, {% endif -%}
            _landed_at desc, _window_end desc, _batch desc, _position desc
    )
{%- endmacro %}
