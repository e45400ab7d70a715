-- the days whose figures change: of every touched answer the day that it had and the day that it has
with touched as (
    select * from {{ ref('int_survey_answers_touched') }}
),

known as (
    select known.day
    from {{ before('fct_survey_answers', database='marts', schema='marts') }} as known
    inner join touched on known.response_key = touched.response_key and known.question_key = touched.question_key
),

incoming as (
    select {{ local_date('answers.submitted_at') }} as day
    from {{ ref('int_survey_answers_scored') }} as answers
    inner join touched on {{ same_key('answers', 'touched', survey_answer_key()) }}
),

days as (
    select day from known
    union
    select day from incoming
)

select * from days
