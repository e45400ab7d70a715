{#- The Kaplan-Meier estimate, as a query of its own: a row for each value of `by` (a column, or none for all together) and each
    month from 0 to the longest stay in `lifetimes`, which has a row a customer with `months` and `has_left`.
    Who leaves and who is last seen in the same month were both at risk in it: leavings come first. The product is a sum of
    logarithms, which no target lacks; it is 0 for good once all who were at risk have left. The error is Greenwood's. -#}
{% macro kaplan_meier(lifetimes, by=none) -%}
{%- set keys = by ~ ', ' if by else '' -%}
{%- set partition = 'partition by ' ~ by if by else '' -%}
{%- set so_far = '(' ~ partition ~ ' order by months_since rows between unbounded preceding and current row)' -%}
with groups as (
    select
        {{ keys }}count(*) as customers,
        max(months) as last_month
    from {{ lifetimes }}
    {{ 'group by ' ~ by if by else 'having count(*) > 0' }}
),

numbers as (
    select cast(series.generated_number as integer) - 1 as months_since
    from ({{ dbt.generate_series(2048) }}) as series
),

ends as (
    select
        {{ keys }}months,
        sum(case when has_left then 1 else 0 end) as churned,
        sum(case when has_left then 0 else 1 end) as censored
    from {{ lifetimes }}
    group by {{ keys }}months
),

by_month as (
    select
        {{ 'groups.' ~ by ~ ',' if by }}
        numbers.months_since,
        groups.customers,
        coalesce(ends.churned, 0) as churned,
        coalesce(ends.censored, 0) as censored
    from groups
    inner join numbers on groups.last_month >= numbers.months_since
    left join ends on {{ 'groups.' ~ by ~ ' = ends.' ~ by ~ ' and' if by }} numbers.months_since = ends.months
),

counted as (
    select
        {{ keys }}months_since,
        customers,
        churned,
        censored,
        customers - coalesce(
            sum(churned + censored) over (
                {{ partition }} order by months_since rows between unbounded preceding and 1 preceding
            ), 0
        ) as at_risk
    from by_month
),

summed as (
    select
        *,
        sum(case when churned < at_risk then ln(1 - cast(churned as double) / at_risk) else 0 end) over {{ so_far }} as log_survival,
        sum(
            case when churned < at_risk then cast(churned as double) / (cast(at_risk as double) * (at_risk - churned)) else 0 end
        ) over {{ so_far }} as greenwood,
        max(case when churned = at_risk then 1 else 0 end) over {{ so_far }} as is_over
    from counted
)

select
    {{ keys }}months_since,
    cast(customers as bigint) as customers,
    cast(at_risk - churned as bigint) as retained,
    cast(at_risk as bigint) as at_risk,
    cast(churned as bigint) as churned,
    cast(censored as bigint) as censored,
    case when is_over = 1 then cast(0 as double) else exp(log_survival) end as survival,
    case when is_over = 0 then exp(log_survival) * sqrt(greenwood) end as survival_se
from summed
{%- endmacro %}
