-- only answers: no score, or one outside its scale, is a missing answer, not a detractor
with answers as (
    select * from {{ ref('int_survey_answers_unioned') }}
    where score is not null
),

scales as (
    select * from {{ ref('survey_scales') }}
),

scored as (
    select
        answers.source,
        answers.survey_id,
        answers.response_id,
        answers.question_id,
        answers.metric,
        answers.scale,
        answers.score,
        {{ score_100('answers.score') }} as score_100,
        {{ score_category('answers.metric', 'answers.score') }} as category,
        answers.comment,
        answers.submitted_at,
        answers.touchpoint,
        answers.journey_stage,
        answers.channel,
        answers.customer_node,
        answers.weight,
        answers.is_finished
    from answers
    inner join scales on answers.scale = scales.scale_id
    where answers.score between scales.scale_min and scales.scale_max
)

select * from scored
