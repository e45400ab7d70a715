{#- A step of a query that later ones read more than once: a common table expression, with its comma. Spark plans such an
    expression anew wherever it is read, so that rounds upon rounds never end: there the step becomes a table at once, under the
    same name. So a step reads models and steps before it, no other expression; and the model is a table. -#}
{% macro step(name) -%}
    {{ return(adapter.dispatch('step')(name, caller())) }}
{%- endmacro %}

{% macro default__step(name, query) -%}
{{ name }} as (
    {{ query | trim }}
),
{% endmacro %}

{% macro spark__step(name, query) -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set table = this ~ '__' ~ name -%}
        {%- do run_query('drop table if exists ' ~ table) -%}
        {%- do run_query('create table ' ~ table ~ ' using parquet as ' ~ query) -%}
        {%- do run_query('create or replace temporary view ' ~ name ~ ' as select * from ' ~ table) -%}
    {%- endif -%}
{%- endmacro %}
