with metrics as (
    select metric, finest_grain from {{ ref('scorecard_metrics') }}
),

parts as (
    select * from {{ ref('int_scorecard_survey_parts') }}
    union all
    select * from {{ ref('int_scorecard_support_parts') }}
    union all
    select * from {{ ref('int_scorecard_subscription_parts') }}
),

sums as (
    {% for grain, period_start, condition in periods_of('parts.day') -%}
    select
        parts.metric,
        '{{ grain }}' as period_grain,
        {{ period_start }} as period_start,
        parts.dimension,
        parts.dimension_value,
        sum(parts.numerator) as numerator,
        sum(parts.denominator) as denominator,
        cast(sum(parts.n) as bigint) as n,
        cast(sum(parts.promoters) as bigint) as promoters,
        cast(sum(parts.detractors) as bigint) as detractors,
        sum(parts.weight_squares) as weight_squares,
        cast(sum(parts.pending) as bigint) as pending
    from parts
    inner join metrics on parts.metric = metrics.metric and metrics.finest_grain in ('day', '{{ grain }}')
    where {{ condition }}
    group by parts.metric, {{ period_start }}, parts.dimension, parts.dimension_value
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from sums
