{{ config(materialized='view') }}

with answers as (
    select * from {{ ref('stg_database__survey_answers') }}
),

-- a declaration says itself what its questions measure
mapped as (
    select
        'database' as source,
        survey_id,
        response_id,
        question_id,
        metric,
        scale,
        score,
        comment,
        submitted_at,
        touchpoint,
        journey_stage,
        channel,
        language,
        {{ customer_node(company='customer_id', email='email') }} as customer_node,
        weight,
        is_finished
    from answers
)

select * from mapped
