{{ config(severity='warn') }}
-- Scored questions that the seed survey_questions does not name are in no metric: a warning, because that may be wanted.
with answered as (
    select
        'survicate' as source,
        survey_id,
        cast(question_id as {{ dbt.type_string() }}) as question_id
    from {{ ref('stg_survicate__responses') }}
    where score is not null
    union all
    select
        'hubspot' as source,
        survey_id,
        'value' as question_id
    from {{ ref('stg_hubspot__feedback_submissions') }}
    where score is not null
)

select
    answered.source,
    answered.survey_id,
    answered.question_id,
    count(*) as answers
from answered
left join {{ ref('survey_questions') }} as questions
    on
        answered.source = questions.source
        and answered.survey_id = questions.survey_id
        and answered.question_id = questions.question_id
where questions.question_id is null
group by answered.source, answered.survey_id, answered.question_id
