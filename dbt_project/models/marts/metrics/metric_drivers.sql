-- from effort to satisfaction to recommendation: a score is no driver of itself, nor of what comes before it
with importances as (
    select * from {{ ref('int_driver_importances') }}
    where
        not (metric in ('csat', 'ces') and driver = 'csat_score_100')
        and not (metric = 'ces' and driver = 'ces_score_100')
),

ranked as (
    select
        metric,
        driver,
        status,
        importance,
        ci_low,
        ci_high,
        {{ safe_ratio('importance', 'r_squared') }} as importance_share,
        case
            when status = 'used' then cast(row_number() over (partition by metric, status order by importance desc, driver asc) as bigint)
        end as importance_rank,
        correlation,
        r_squared,
        n,
        known
    from importances
)

select * from ranked
