{{ config(materialized='view') }}

with responses as (
    select * from {{ ref('stg_survicate__responses') }}
),

-- a question's meaning is declared in the seed, never guessed; questions that are not in it are no metric
questions as (
    select * from {{ ref('survey_questions') }}
    where source = 'survicate'
),

mapped as (
    select
        'survicate' as source,
        responses.survey_id,
        responses.response_uuid as response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        responses.score,
        responses.comment,
        responses.collected_at as submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        lower(responses.platform) as channel,
        responses.language,
        {{ customer_node(company='responses.user_id', email='responses.email') }} as customer_node,
        cast(null as double) as weight,
        cast(null as boolean) as is_finished
    from responses
    inner join questions
        on
            responses.survey_id = questions.survey_id
            and cast(responses.question_id as {{ dbt.type_string() }}) = questions.question_id
)

select * from mapped
