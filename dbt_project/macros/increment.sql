{#- Builds that bring the marts up to date. The variable `increment` is true where the build before can be taken on from: only batches
    have come since (`receipts.new_batches` lists them), and the reporting instant moved forward, from `as_of_before`
    (plugins/kuulo/warehouse/increment.py decides). Models that grow are then changed in place; else everything is built again. -#}

{#- The sources whose records each come whole in one batch; a vendor's record is made of several streams. -#}
{% macro sources_by_batch() -%}
    {{ return(['files', 'database']) }}
{%- endmacro %}

{#- Whether a row's column `source` is one of them. -#}
{% macro comes_by_batch() -%}
    (source in ('{{ sources_by_batch() | join("', '") }}'))
{%- endmacro %}

{#- The batches of a stream that have come since the build before: a query of one column. -#}
{% macro new_batches(source_name, stream) -%}
    select batch from {{ source('receipts', 'new_batches') }}
    where source = '{{ source_name }}' and stream = '{{ stream }}'
{%- endmacro %}

{#- The reporting instant of the build before. -#}
{% macro as_of_before() -%}
    {{ reporting_instant('as_of_before', 'KUULO_AS_OF_BEFORE') }}
{%- endmacro %}

{#- A model as the build before left it. Not `ref`: what reads it is built before it is brought up to date. -#}
{% macro before(model, database=none, schema='intermediate') -%}
    {{ return(api.Relation.create(database=database or (target.database | default(none)), schema=schema, identifier=model)) }}
{%- endmacro %}

{#- How a model grows: what `model` names by its key is taken out, to be written again or not; all that is written is named there.
    What is configured here the tests of uniqueness know too (written_since). -#}
{% macro grows_by(model, key) -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        pre_hook="{{ take_out('" ~ model ~ "', ['" ~ key | join("', '") ~ "']) }}",
        meta={'written': {'named_by': model, 'key': key}}
    ) }}
{%- endmacro %}

{#- A statement for a pre-hook: the rows of this model whose key stands in another one are taken out, to be written again or not.
    Null equals null, so that a record without one of its ids is not doubled. `those` says of which rows of it, called `there`. -#}
{% macro take_out(model, key, those=none) -%}
    {%- if var('increment') -%}
    delete from {{ this }} as here
    using {{ ref(model) }} as there
    where {{ same_key('here', 'there', key) }}{% if those %} and {{ those }}{% endif %}
    {%- endif -%}
{%- endmacro %}

{#- A where clause for a test of uniqueness over these columns: of a build that brings up to date the rows that were written, since no others
    can be doubled that were not before; else, and where a row may equal one of another key, none. A model says in its `meta` what it
    writes: by `key` what the model `named_by` names, or what a stream's latest batches tell, `batches_of` [source, stream]. -#}
{% macro written_since(columns) -%}
    {%- set tested = graph.nodes.get(model.attached_node) if execute else none -%}
    {%- set written = tested.config.meta.get('written') if tested else none -%}
    {%- if var('increment') and written and written.key | reject('in', columns) | list == [] -%}
    where ({{ written.key | join(', ') }}) in (
        {%- if written.named_by %}
        select {{ written.key | join(', ') }} from {{ before(written.named_by) }}
        {%- else %}
        select {{ written.key | join(', ') }} from {{ source(*written.batches_of) }}
        where _batch in ({{ new_batches(*written.batches_of) }})
        {%- endif %}
    )
    {%- endif -%}
{%- endmacro %}

{#- Whether two rows are of one record; null equals null. -#}
{% macro same_key(here, there, key) -%}
    {% for column in key %}{{ here }}.{{ column }} is not distinct from {{ there }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}

{#- The keys of the records of a shape that are not any more as the build before left them, those that have gone among them: a query of its
    own. Of files and databases only what came since may differ; a vendor's records are all told again, so what is missing has gone.
    `kept` is the model that keeps what they were: of vendors alone, where a `moment` is named from which on a record counts, since
    int_<shape>_replaced has what files and databases told. -#}
{% macro changed_keys(shape, columns, key, kept, moment=none) -%}
with incoming as (
    select {{ columns | join(', ') }} from {{ ref('int_' ~ shape ~ '_incoming') }}
),

-- of files and databases only what is told again: all columns of a whole history would be much to compare for one day's news
known as (
    select {{ columns | join(', ') }} from {{ before(kept) }}
    where not {{ comes_by_batch() }}
    union all
    {% if moment -%}
    select {{ columns | join(', ') }} from {{ ref('int_' ~ shape ~ '_replaced') }}
    where {{ moment }} < {{ as_of_before() }}
    {%- else -%}
    select {{ columns | join(', ') }} from {{ before(kept) }}
    where
        {{ comes_by_batch() }}
        and ({{ key | join(', ') }}) in (select {{ key | join(', ') }} from incoming)
    {%- endif %}
),

different as (
    select * from incoming
    except
    select * from known
),

asked as (
    select {{ key | join(', ') }} from known
    where not {{ comes_by_batch() }}
    {% for source in var('canonical')[shape] | select('in', var('sources')) | select('in', sources_by_batch()) -%}
    union
    select {{ key | join(', ') }} from {{ ref('int_' ~ source ~ '__' ~ shape) }}
    where _batch in ({{ new_batches(source, shape) }})
    {% endfor -%}
),

gone as (
    select {{ key | join(', ') }} from asked
    except
    select {{ key | join(', ') }} from incoming
),

changes as (
    select {{ key | join(', ') }} from different
    union
    select {{ key | join(', ') }} from gone
)

select * from changes
{%- endmacro %}

{#- A where clause: of a build that brings up to date only the records that a model names; else none. By `in`, as wherever few of many rows are
    sought, since into an `exists` DuckDB looks only after it has told all rows apart by the key; no part of a key is null, as never_null
    tests of the sources, and of the canonical models made from them, see to. -#}
{% macro only_those_in(model, rows, key) -%}
    {%- if var('increment') -%}
    where ({{ rows }}.{{ key | join(', ' ~ rows ~ '.') }}) in (select {{ key | join(', ') }} from {{ ref(model) }})
    {%- endif -%}
{%- endmacro %}

{#- A further condition: in a build that brings up to date the column's value is one that a model of that column names; else none. -#}
{% macro and_in(column, model) -%}
    {%- if var('increment') %}and {{ column }} in (select {{ column }} from {{ ref(model) }}){% endif -%}
{%- endmacro %}

{#- The canonical streams of which int_<stream>_replaced keeps the records that staging is about to replace. -#}
{% macro replaced_streams() -%}
    {{ return(['survey_answers', 'usage_events', 'orders']) }}
{%- endmacro %}

{#- The records of a canonical stream of files and databases as the build before left them, of which a version has come since: a query of
    its own, for a model that is built before staging takes the versions in (latest_canonical sees to it). -#}
{% macro replaced_records(shape, key, columns) -%}
{#- a stream is of one source and does not name it: unqualified, that name would be taken from the row outside, and each row be looked up by itself -#}
{%- set stream_key = key | reject('equalto', 'source') | list -%}
{% for source_name in var('canonical')[shape] | select('in', var('sources')) | select('in', sources_by_batch()) -%}
select known.{{ columns | join(', known.') }}
from {{ before('int_' ~ source_name ~ '__' ~ shape) }} as known
inner join (
    select versions.{{ stream_key | join(', versions.') }}
    from {{ source(source_name, shape) }} as versions
    where versions._batch in ({{ new_batches(source_name, shape) }})
    group by versions.{{ stream_key | join(', versions.') }}
) as told on {{ same_key('known', 'told', stream_key) }}
{{ 'union all' if not loop.last }}
{% endfor -%}
{%- endmacro %}

{#- How the records of a shape that count differ from those that counted at the build before, where a record counts from its moment on: a query of its
    own. One that is told otherwise has gone as it was and has come as it is; one from after the former reporting instant did not count yet. -#}
{% macro moment_changes(shape, key, columns, moment) -%}
with told as (
    {{ union_canonical(shape, columns, moments=[moment]) | indent(4) }}
),

replaced as (
    select {{ columns | join(', ') }} from {{ ref('int_' ~ shape ~ '_replaced') }}
    where {{ moment }} < {{ as_of_before() }}
),

counting as (
    select * from told
    where {{ moment }} < {{ as_of() }}
),

come as (
    select * from counting
    except
    select * from replaced
),

-- only where another version stands for it now: one that is older, though it came late, replaces nothing
gone as (
    select replaced.{{ columns | join(', replaced.') }}
    from replaced
    inner join told on {{ same_key('replaced', 'told', key) }}
    except
    select * from counting
),

changes as (
    select *, 1 as change from come
    union all
    select *, -1 as change from gone
),

dated as (
    select
        *,
        {{ local_date(moment) }} as day
    from changes
)

select * from dated
{%- endmacro %}

{#- After only_those_in: also those in which the column's value is one that a model of that column names. -#}
{% macro or_in(column, model) -%}
    {%- if var('increment') %}or {{ column }} in (select {{ column }} from {{ ref(model) }}){% endif -%}
{%- endmacro %}

{#- What a column was and is of every record that a model names: a query of its own, without null. `fact` is the mart in which the build
    before left the records, known there by `fact_key`; `records` the model in which they are now, known by `record_key`, and `now` the
    column as an expression over it. -#}
{% macro before_and_now(column, touched, fact, fact_key, records, record_key, now=none) -%}
with touched as (
    select * from {{ ref(touched) }}
),

known as (
    select known.{{ column }}
    from {{ before(fact, database='marts', schema='marts') }} as known
    inner join touched on {{ same_key('known', 'touched', fact_key) }}
),

incoming as (
    select {{ now or ('records.' ~ column) }} as {{ column }}
    from {{ ref(records) }} as records
    inner join touched on {{ same_key('records', 'touched', record_key) }}
),

before_and_now as (
    select {{ column }} from known
    union
    select {{ column }} from incoming
)

select * from before_and_now
where {{ column }} is not null
{%- endmacro %}
