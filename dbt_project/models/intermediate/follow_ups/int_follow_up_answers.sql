{{ grows_by('int_survey_answers_touched', ['response_key', 'question_key']) }}

with answers as (
    select * from {{ ref('fct_survey_answers') }} as facts
    {{ only_those_in('int_survey_answers_touched', 'facts', ['response_key', 'question_key']) }}
),

rules as (
    select * from {{ ref('follow_up_rules') }}
),

-- a row that names a scale speaks for it instead of the metric's rows that name none
named_scales as (
    select metric, scale
    from rules
    where scale is not null
    group by metric, scale
),

matched as (
    select
        answers.response_key,
        answers.question_key,
        answers.customer_key,
        answers.metric,
        answers.scale,
        answers.score,
        answers.score_100,
        answers.category,
        answers.submitted_at,
        answers.day,
        answers.survey,
        answers.touchpoint,
        answers.journey_stage,
        answers.channel,
        answers.segment,
        answers.country,
        rules.rule,
        rules.priority,
        rules.owner,
        coalesce(rules.sla_business_hours, {{ var('follow_up_business_hours') }}) as sla_business_hours,
        row_number() over (
            partition by answers.response_key, answers.question_key
            order by
                case when rules.segment is null then 1 else 0 end,
                rules.priority,
                coalesce(rules.sla_business_hours, {{ var('follow_up_business_hours') }}),
                rules.rule,
                rules.owner
        ) as rule_rank
    from answers
    inner join rules
        on
            answers.metric = rules.metric
            and answers.day >= rules.valid_from
            and (rules.valid_to is null or answers.day < rules.valid_to)
            and (rules.segment is null or lower(answers.segment) = lower(trim(rules.segment)))
            and (answers.category = rules.category or answers.score between rules.score_min and rules.score_max)
    left join named_scales on answers.metric = named_scales.metric and answers.scale = named_scales.scale
    where answers.scale = rules.scale or (rules.scale is null and named_scales.scale is null)
),

ruled as (
    select
        response_key,
        question_key,
        customer_key,
        metric,
        scale,
        score,
        score_100,
        category,
        submitted_at,
        day,
        survey,
        touchpoint,
        journey_stage,
        channel,
        segment,
        country,
        rule,
        priority,
        owner,
        sla_business_hours
    from matched
    where rule_rank = 1
)

select * from ruled
