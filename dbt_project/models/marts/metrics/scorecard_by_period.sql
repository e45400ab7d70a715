{%- set same_figure = 'metric, definition, dimension, dimension_value, period_grain' -%}
{%- set same_cuts = 'metric, definition, period_grain, period_start, dimension' -%}

with valued as (
    select
        *,
        case period_grain
            {% for grain in calendar_grains() -%}
            when '{{ grain }}' then cast({{ dbt.dateadd(grain, 1, 'period_start') }} as date)
            {% endfor -%}
        end as next_start,
        dimension <> 'all' and n < {{ var('suppress_below') }} as is_small
    from {{ ref('int_scorecard_valued') }}
),

-- a cut of nobody hides nobody, so it is no company for the one that is small
ranked as (
    select
        *,
        sum(case when is_small and n > 0 then 1 else 0 end) over (partition by {{ same_cuts }}) as small_cuts,
        row_number() over (
            partition by {{ same_cuts }} order by case when is_small then 1 else 0 end, n, dimension_value
        ) as rank_of_shown
    from valued
),

judged as (
    select
        *,
        case
            when is_small then 'primary'
            when {{ var('suppress_complementary') | lower }} and dimension <> 'all' and small_cuts = 1 and rank_of_shown = 1
                then 'complementary'
        end as suppression
    from ranked
),

targets as (
    select * from {{ ref('metric_targets') }}
),

-- too few in a cut to be shown: privacy, not statistics; so their value is nobody's previous value either
shown as (
    select
        metric,
        definition,
        period_grain,
        period_start,
        dimension,
        dimension_value,
        unit,
        n,
        {% for figure in ['value', 'numerator', 'denominator', 'effective_n', 'ci_low', 'ci_high', 'wald_margin'] -%}
        case when suppression is null then {{ figure }} end as {{ figure }},
        {% endfor -%}
        n < {{ var('low_n') }} as is_low_n,
        suppression is not null as is_suppressed,
        suppression,
        -- a period that lasts beyond the reporting instant may still change
        case when next_start > {{ as_of_date() }} then 'provisional' else status end as status,
        case period_grain
            {% for grain in calendar_grains() -%}
            when '{{ grain }}' then cast({{ dbt.dateadd(grain, -1, 'period_start') }} as date)
            {% endfor -%}
        end as previous_start,
        -- a target is met or missed on the last day of the period, or today while it lasts
        least({{ as_of_date() }}, coalesce(cast({{ dbt.dateadd('day', -1, 'next_start') }} as date), {{ as_of_date() }})) as last_day
    from judged
),

followed as (
    select
        *,
        lag(period_start) over (partition by {{ same_figure }} order by period_start) as earlier_start,
        lag(value) over (partition by {{ same_figure }} order by period_start) as earlier_value
    from shown
),

scorecard as (
    select
        followed.metric,
        followed.definition,
        followed.period_grain,
        followed.period_start,
        followed.dimension,
        followed.dimension_value,
        followed.value,
        followed.unit,
        followed.n,
        followed.numerator,
        followed.denominator,
        followed.effective_n,
        followed.ci_low,
        followed.ci_high,
        followed.wald_margin,
        followed.is_low_n,
        followed.is_suppressed,
        followed.suppression,
        targets.target,
        -- a mean of 70 may be summed up to 69.99999999999999, which misses no target
        case
            when targets.better = 'low' then round(followed.value, 9) <= targets.target
            else round(followed.value, 9) >= targets.target
        end as target_met,
        case when followed.earlier_start = followed.previous_start then followed.earlier_value end as previous_value,
        followed.status
    from followed
    left join targets
        on
            followed.metric = targets.metric
            and followed.dimension = targets.dimension
            and followed.dimension_value = targets.dimension_value
            and followed.last_day >= targets.valid_from
            and (targets.valid_to is null or followed.last_day < targets.valid_to)
)

select * from scorecard
