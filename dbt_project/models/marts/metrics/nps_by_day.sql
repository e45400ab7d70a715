{{ grows_by('int_survey_days_touched', ['day']) }}

with answers as (
    select * from {{ ref('fct_survey_answers') }}
    where metric = 'nps'
    {{ and_in('day', 'int_survey_days_touched') }}
),

counted as (
    select
        day,
        {{ survey_cuts() | join(', ') }},
        count(*) as responses,
        {{ count_of('promoter') }} as promoters,
        {{ count_of('passive') }} as passives,
        {{ count_of('detractor') }} as detractors,
        sum(score) as score_sum,
        sum(weight) as weighted_responses,
        {{ weight_of('promoter') }} as weighted_promoters,
        {{ weight_of('passive') }} as weighted_passives,
        {{ weight_of('detractor') }} as weighted_detractors,
        sum(weight * weight) as weight_square_sum
    from answers
    group by day, {{ survey_cuts() | join(', ') }}
),

-- a scale without promoters and detractors yields no score
scored as (
    select
        *,
        case
            when promoters + passives + detractors > 0 then {{ safe_ratio('100 * (promoters - detractors)', 'responses') }}
        end as score_in_points,
        case
            when promoters + passives + detractors > 0 then
                {{ points('weighted_promoters - weighted_detractors', 'weighted_responses') }}
        end as weighted_score_in_points
    from counted
),

nps as (
    select
        day,
        {{ survey_cuts() | join(', ') }},
        cast(responses as bigint) as responses,
        cast(promoters as bigint) as promoters,
        cast(passives as bigint) as passives,
        cast(detractors as bigint) as detractors,
        score_sum,
        case when scale = '0-10' then score_in_points end as nps,
        case when scale <> '0-10' then score_in_points end as nps_like,
        weighted_responses,
        weighted_promoters,
        weighted_passives,
        weighted_detractors,
        weight_square_sum,
        case when scale = '0-10' then weighted_score_in_points end as nps_weighted
    from scored
)

select * from nps
