{{ grows_by('int_survey_days_touched', ['day']) }}

with answers as (
    select * from {{ ref('fct_survey_answers') }}
    where metric = 'ces'
    {{ and_in('day', 'int_survey_days_touched') }}
),

ces as (
    select
        day,
        {{ survey_cuts() | join(', ') }},
        cast(count(*) as bigint) as responses,
        cast({{ count_of('easy') }} as bigint) as easy,
        sum(score) as score_sum,
        count(case when scale = '1-7' and score >= 6 then 1 end) as top_two,
        count(case when scale = '1-7' and score <= 3 then 1 end) as bottom_three,
        {{ safe_ratio('sum(score)', 'count(*)') }} as ces_mean,
        -- a scale without an easy box yields no rate
        case when count(category) > 0 then {{ safe_ratio(count_of('easy'), 'count(*)') }} end as ces_easy_rate,
        case
            when scale = '1-7' then
                {{ safe_ratio('100 * (count(case when score >= 6 then 1 end) - count(case when score <= 3 then 1 end))', 'count(*)') }}
        end as ces_index
    from answers
    group by day, {{ survey_cuts() | join(', ') }}
)

select * from ces
