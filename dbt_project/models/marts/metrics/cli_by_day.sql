with answers as (
    select * from {{ ref('fct_survey_answers') }}
    where metric in ('cli_recommend', 'cli_repurchase', 'cli_try_other')
),

-- one value an item first, so that two questions about the same item do not outweigh the others
items as (
    select
        response_key,
        metric,
        max(day) as day,
        {% for cut in survey_cuts() -%}
        min({{ cut }}) as {{ cut }},
        {% endfor -%}
        max(scale) as other_scale,
        avg(score_100) as score_100
    from answers
    group by response_key, metric
),

-- the day is that of the last answer; a response is complete with all three items
responses as (
    select
        response_key,
        max(day) as day,
        {% for cut in survey_cuts() if cut != 'scale' -%}
        min({{ cut }}) as {{ cut }},
        {% endfor -%}
        case when min(scale) = max(other_scale) then min(scale) else 'mixed' end as scale,
        count(*) = 3 as is_complete,
        avg(score_100) as score_100
    from items
    group by response_key
),

cli as (
    select
        day,
        {{ survey_cuts() | join(', ') }},
        cast(sum(case when is_complete then 1 else 0 end) as bigint) as responses,
        cast(sum(case when is_complete then 0 else 1 end) as bigint) as incomplete_responses,
        sum(case when is_complete then score_100 else 0 end) as score_sum,
        avg(case when is_complete then score_100 end) as cli
    from responses
    group by day, {{ survey_cuts() | join(', ') }}
)

select * from cli
