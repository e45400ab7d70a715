with answers as (
    select * from {{ ref('fct_survey_answers') }}
    where metric = 'ces'
),

ces as (
    select
        day,
        {{ survey_cuts() | join(', ') }},
        cast(count(*) as bigint) as responses,
        cast({{ count_of('easy') }} as bigint) as easy,
        sum(score) as score_sum,
        {{ safe_ratio('sum(score)', 'count(*)') }} as ces_mean,
        -- a scale without an easy box yields no rate
        case when count(category) > 0 then {{ safe_ratio(count_of('easy'), 'count(*)') }} end as ces_easy_rate
    from answers
    group by day, {{ survey_cuts() | join(', ') }}
)

select * from ces
