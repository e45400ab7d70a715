{{ grows_by('int_survey_days_touched', ['day']) }}

with answers as (
    select * from {{ ref('fct_survey_answers') }}
    where metric = 'csat'
    {{ and_in('day', 'int_survey_days_touched') }}
),

csat as (
    select
        day,
        {{ survey_cuts() | join(', ') }},
        cast(count(*) as bigint) as responses,
        cast({{ count_of('satisfied') }} as bigint) as satisfied,
        sum(score) as score_sum,
        {{ safe_ratio('sum(score)', 'count(*)') }} as csat_mean,
        -- a scale without a satisfied box yields no score
        case when count(category) > 0 then {{ safe_ratio('100 * ' ~ count_of('satisfied'), 'count(*)') }} end as csat
    from answers
    group by day, {{ survey_cuts() | join(', ') }}
)

select * from csat
