{{ config(materialized='view') }}

with submissions as (
    select * from {{ ref('stg_hubspot__feedback_submissions') }}
),

-- a question's meaning is declared in the seed, never guessed; a survey of HubSpot has one question, called value there
questions as (
    select * from {{ ref('survey_questions') }}
    where source = 'hubspot' and question_id = 'value'
),

mapped as (
    select
        'hubspot' as source,
        submissions.survey_id,
        submissions.submission_id as response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        submissions.score,
        submissions.comment,
        submissions.submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        lower(submissions.survey_channel) as channel,
        cast(null as {{ dbt.type_string() }}) as language,
        {{ customer_node(hubspot='submissions.contact_id') }} as customer_node,
        cast(null as double) as weight,
        cast(null as boolean) as is_finished
    from submissions
    inner join questions on submissions.survey_id = questions.survey_id
    where not coalesce(submissions.archived, false)
)

select * from mapped
