{#- The additive parts of metrics by day and one dimension at a time: each column of `columns` is summed over the rows of
    `relation` for the whole and for each of `dimensions`, and each of `metrics` picks its parts among the sums.
    A metric names numerator, denominator and n (answers, contacts or customers behind it); promoters and detractors where an interval needs
    them, weight_squares where the denominator is a sum of weights, and pending where part of it cannot be judged yet. -#}
{% macro scorecard_parts(relation, day, dimensions, columns, metrics, condition='true') %}
with sums_by_dimension as (
    select
        {{ of_dimension(dimensions, quoted=true) }} as dimension,
        {{ of_dimension(dimensions, quoted=false) }} as dimension_value,
        {{ day }} as day,
        {%- for column in columns %}
        sum({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    where {{ condition }}
    group by grouping sets (({{ day }}){% for dimension in dimensions %}, ({{ day }}, {{ dimension }}){% endfor %})
)

{% for metric, parts in metrics.items() -%}
select
    '{{ metric }}' as metric,
    dimension,
    dimension_value,
    day,
    cast({{ parts.numerator }} as double) as numerator,
    cast({{ parts.denominator }} as double) as denominator,
    cast({{ parts.n }} as bigint) as n,
    cast({{ parts.promoters | default('null') }} as bigint) as promoters,
    cast({{ parts.detractors | default('null') }} as bigint) as detractors,
    cast({{ parts.weight_squares | default('null') }} as double) as weight_squares,
    cast({{ parts.pending | default('0') }} as bigint) as pending
from sums_by_dimension
{{ 'union all' if not loop.last }}
{% endfor %}
{% endmacro %}

{#- Of a row of grouping sets of one dimension each, the dimension's name or its value; `all` of the whole. -#}
{% macro of_dimension(dimensions, quoted) -%}
    case
        {%- for dimension in dimensions %}
        when grouping({{ dimension }}) = 0 then {{ "'" ~ dimension ~ "'" if quoted else dimension }}
        {%- endfor %}
        else 'all'
    end
{%- endmacro %}

{#- The period grains that are cut from the calendar, and those that end at the reporting instant. -#}
{% macro calendar_grains() -%}
    {{ return(['day', 'week', 'month', 'quarter', 'year']) }}
{%- endmacro %}

{#- The last local day that has a part before the reporting instant. -#}
{% macro last_reported_day() -%}
    {{ local_date('(' ~ as_of() ~ " - interval '1' microsecond)") }}
{%- endmacro %}

{#- All ways to put a day in a period: [(grain, first day of the period, condition on the day)]. Weeks start on Monday;
    the rolling window is 90 whole local days, the last one that of the reporting instant. -#}
{% macro periods_of(day) -%}
    {%- set periods = [] -%}
    {%- for grain in calendar_grains() -%}
        {%- do periods.append((grain, 'cast(' ~ dbt.date_trunc(grain, day) ~ ' as date)', 'true')) -%}
    {%- endfor -%}
    {%- set window_start = 'cast(' ~ dbt.dateadd('day', -89, last_reported_day()) ~ ' as date)' -%}
    {%- do periods.append(('rolling_90_days', window_start, day ~ ' >= ' ~ window_start)) -%}
    {%- do periods.append(('all_time', "cast('1970-01-01' as date)", 'true')) -%}
    {{ return(periods) }}
{%- endmacro %}
