{{ config(materialized='view') }}

with ratings as (
    select * from {{ ref('stg_intercom__conversation_ratings') }}
),

questions as (
    select * from {{ ref('survey_questions') }}
    where source = 'intercom'
),

mapped as (
    select
        'intercom' as source,
        ratings.survey_id,
        ratings.rating_id as response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        ratings.score,
        ratings.comment,
        coalesce(ratings.answered_at, ratings.updated_at) as submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        {{ intercom_channel('ratings.source_type') }} as channel,
        cast(null as {{ dbt.type_string() }}) as language,
        {{ customer_node(intercom='ratings.contact_id') }} as customer_node,
        cast(null as double) as weight,
        cast(null as boolean) as is_finished
    from ratings
    inner join questions on ratings.survey_id = questions.survey_id and ratings.question_id = questions.question_id
    where ratings.score is not null
)

select * from mapped
