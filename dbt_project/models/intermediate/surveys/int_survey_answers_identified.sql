{{ config(materialized='view') }}

with facts as (
    select * from {{ ref('fct_survey_answers') }}
),

ties as (
    select * from {{ ref('int_survey_ties') }}
),

ordered as (
    select
        facts.response_key,
        facts.question_key,
        facts.customer_key,
        facts.survey,
        facts.metric,
        facts.scale,
        facts.score,
        facts.score_100,
        facts.category,
        facts.comment_key,
        facts.weight,
        facts.submitted_at,
        facts.day,
        facts.touchpoint,
        facts.journey_stage,
        facts.channel,
        facts.segment,
        facts.country,
        facts.is_finished,
        ties.response_order
    from facts
    left join ties on facts.customer_key = ties.customer_key and facts.response_key = ties.response_key
)

select * from ordered
