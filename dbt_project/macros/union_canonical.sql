{#- The rows of one canonical shape from every source in use that var('canonical') lists for it, by column name: a query of its
    own. A source joins by a model int_<source>__<shape> with these columns and its name in that list.
    Where `moments` names the columns of time on which the reporting instant bears, a build that brings up to date is given only what may have
    changed: of files and databases the latest batches' records and those with a moment that has come since, of vendors all,
    since a record of theirs is made of several streams. `among` are the sources to take, where not all. -#}
{% macro union_canonical(shape, columns, moments=none, among=none) -%}
{% for source in var('canonical')[shape] | select('in', var('sources')) | select('in', among or var('sources')) -%}
select {{ columns | join(', ') }}
from {{ ref('int_' ~ source ~ '__' ~ shape) }}
{% if moments and var('increment') and source in sources_by_batch() -%}
where
    _batch in ({{ new_batches(source, shape) }})
    {% for moment in moments -%}
    or {{ moment }} >= {{ as_of_before() }}
    {% endfor -%}
{% endif -%}
{{ 'union all' if not loop.last }}
{% endfor -%}
{%- endmacro %}
