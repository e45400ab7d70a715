-- A fan-out or a lost cut in a survey mart would change every figure in it without a sign.
with answered as (
    select
        metric,
        category,
        count(*) as answers
    from {{ ref('fct_survey_answers') }}
    where metric in ('nps', 'csat', 'ces') and category is not null
    group by metric, category
),

counted as (
    {% for mart, metric, category, amount in [
        ('nps_by_day', 'nps', 'promoter', 'promoters'),
        ('nps_by_day', 'nps', 'passive', 'passives'),
        ('nps_by_day', 'nps', 'detractor', 'detractors'),
        ('csat_by_day', 'csat', 'satisfied', 'satisfied'),
        ('csat_by_day', 'csat', 'unsatisfied', 'case when csat is not null then responses - satisfied end'),
        ('ces_by_day', 'ces', 'easy', 'easy'),
        ('ces_by_day', 'ces', 'not_easy', 'case when ces_easy_rate is not null then responses - easy end'),
    ] -%}
    select
        '{{ metric }}' as metric,
        '{{ category }}' as category,
        coalesce(sum({{ amount }}), 0) as answers
    from {{ ref(mart) }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select
    counted.metric,
    counted.category,
    counted.answers,
    answered.answers as answers_given
from counted
full outer join answered on counted.metric = answered.metric and counted.category = answered.category
where coalesce(counted.answers, 0) <> coalesce(answered.answers, 0)
