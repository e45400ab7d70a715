{#- The latest version of each record of a stream: a query of its own, with what says where it came from. `columns` in their order,
    `computed` {name: expression} behind them. The latest is by the vendor's own version column if it has one, then by when it
    landed: a file's window says only what its records speak of, so a later correction may have the earlier one. -#}
{% macro latest_version(relation, key, columns, version=none, computed={}) -%}
with versions as (
    select
        {% for column in columns -%}
        {{ column }},
        {% endfor -%}
        {% for name, expression in computed.items() -%}
        {{ expression }} as {{ name }},
        {% endfor -%}
        _batch,
        _window_end,
        _landed_at,
        _position,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by {% if version %}{{ version }} desc, {% endif -%}
                _landed_at desc, _window_end desc, _batch desc, _position desc
        ) as version_rank
    from {{ relation }}
)

select {{ (columns + (computed.keys() | list)) | join(', ') }}, _batch, _window_end, _landed_at, _position
from versions
where version_rank = 1
{%- endmacro %}
