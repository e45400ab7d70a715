with metrics as (
    select * from {{ ref('scorecard_metrics') }}
),

summed as (
    select
        sums.metric,
        metrics.definition,
        sums.period_grain,
        sums.period_start,
        sums.dimension,
        sums.dimension_value,
        case
            when metrics.unit = 'points' then {{ points('sums.numerator', 'sums.denominator') }}
            else metrics.factor * {{ safe_ratio('sums.numerator', 'sums.denominator') }}
        end as value,
        metrics.unit,
        sums.n,
        sums.numerator,
        sums.denominator,
        {{ safe_ratio('sums.denominator * sums.denominator', 'sums.weight_squares') }} as effective_n,
        {% for end in ['low', 'high'] -%}
        case
            when metrics.interval_kind = 'wilson' then metrics.factor * ({{ wilson('sums.numerator', 'sums.denominator', end) }})
            when metrics.interval_kind = 'adjusted_wald'
                then {{ nps_adjusted_wald('sums.promoters', 'sums.detractors', 'sums.n', end) }}
        end as ci_{{ end }},
        {% endfor -%}
        case
            when metrics.interval_kind = 'adjusted_wald' then {{ nps_wald_margin('sums.promoters', 'sums.detractors', 'sums.n') }}
        end as wald_margin,
        case when sums.pending > 0 then 'provisional' else 'final' end as status
    from {{ ref('int_scorecard_sums') }} as sums
    inner join metrics on sums.metric = metrics.metric
    where sums.n > 0 or sums.pending > 0
),

medians as (
    select
        medians.metric,
        metrics.definition,
        medians.period_grain,
        medians.period_start,
        medians.dimension,
        medians.dimension_value,
        medians.median as value,
        metrics.unit,
        medians.n,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        cast(null as double) as effective_n,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as double) as wald_margin,
        'final' as status
    from {{ ref('int_scorecard_medians') }} as medians
    inner join metrics on medians.metric = metrics.metric
    where medians.n > 0
),

valued as (
    select * from summed
    union all
    select * from medians
)

select * from valued
