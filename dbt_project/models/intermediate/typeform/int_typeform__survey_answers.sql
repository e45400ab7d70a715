{{ config(materialized='view') }}

with responses as (
    select * from {{ ref('stg_typeform__responses') }}
),

-- a question's meaning is declared in the seed, never guessed; questions that are not in it are no metric
questions as (
    select * from {{ ref('survey_questions') }}
    where source = 'typeform'
),

mapped as (
    select
        'typeform' as source,
        responses.survey_id,
        responses.response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        responses.score,
        cast(null as {{ dbt.type_string() }}) as comment,
        responses.submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        lower(responses.platform) as channel,
        cast(null as {{ dbt.type_string() }}) as language,
        {{ customer_node(
            company=json_member('responses.hidden', var('typeform_customer_number')), email='responses.email'
        ) }} as customer_node,
        cast(null as double) as weight,
        cast(true as boolean) as is_finished
    from responses
    inner join questions on responses.survey_id = questions.survey_id and responses.question_id = questions.question_id
)

select * from mapped
