-- A dashboard stands on every column of the seed: whoever renames or drops one ends the build here, before anything is published.
-- What the contracts say is what the tables have, since contracts are enforced.
with promised as (
    select * from {{ ref('public_columns') }}
),

present as (
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as column_name
    {% if execute -%}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.schema == 'marts' -%}
    {% for column in node.columns -%}
    union all
    select '{{ node.name }}', '{{ column }}'
    {% endfor -%}
    {% endfor -%}
    {% endif -%}
)

select
    promised.table_name,
    promised.column_name
from promised
left join present on promised.table_name = present.table_name and promised.column_name = present.column_name
where present.table_name is null
