{#- The pairs of ids that stand in the records of each model, an id that stands alone with itself: a query of its own.
    `records` says which columns hold ids, [(model, {namespace: column, ...}), ...]; of three ids every two are a pair, so
    that one which is missing parts nobody. Ids stand in many records, so they are made nodes of after they are told apart. A pair may
    come more than once. -#}
{% macro identity_pairs_of(records) -%}
{% for model, ids in records -%}
{% set columns = ids.keys() | list -%}
{% set outer_loop = loop -%}
{% for first, second in two_of(columns) -%}
select
    {{ identity_node(first, 'first_id') }} as node,
    {{ identity_node(second, 'second_id') }} as other_node
from (
    select
        {{ ids[first] }} as first_id,
        {{ ids[second] }} as second_id
    from {{ ref(model) }}
    group by 1, 2
) as ids
{{ 'union all' if not (loop.last and outer_loop.last) }}
{% endfor -%}
{% endfor -%}
{%- endmacro %}

{#- Every two of a list in its order; of a single one, itself twice. -#}
{% macro two_of(words) -%}
    {%- set pairs = [(words[0], words[0])] if words | length == 1 else [] -%}
    {%- for first in words -%}
        {%- for second in words[loop.index:] -%}
            {%- do pairs.append((first, second)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}
