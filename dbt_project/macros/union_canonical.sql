{#- The rows of one canonical shape from every source in use that var('canonical') lists for it, by column name: a query of its
    own. A source joins by a model int_<source>__<shape> with these columns and its name in that list. -#}
{% macro union_canonical(shape, columns) -%}
{% for source in var('canonical')[shape] | select('in', var('sources')) -%}
select {{ columns | join(', ') }}
from {{ ref('int_' ~ source ~ '__' ~ shape) }}
{{ 'union all' if not loop.last }}
{% endfor -%}
{%- endmacro %}
