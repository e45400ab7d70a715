{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ take_out('int_survey_customers_touched', ['customer_key']) }}"
) }}

with answers as (
    select
        *,
        row_number() over (
            partition by customer_key, metric order by submitted_at desc, response_key desc, score_100 asc, question_key asc
        ) as answer_rank
    from {{ ref('fct_survey_answers') }}
    where customer_key is not null and metric <> 'other' {{ and_in('customer_key', 'int_survey_customers_touched') }}
),

needing_answers as (
    select response_key, question_key from {{ ref('int_follow_up_answers') }}
),

lasts as (
    select
        answers.customer_key,
        answers.metric,
        answers.score,
        answers.scale,
        answers.category,
        answers.submitted_at,
        needing_answers.response_key is not null as needs_follow_up
    from answers
    left join needing_answers on answers.response_key = needing_answers.response_key and answers.question_key = needing_answers.question_key
    where answers.answer_rank = 1
)

select * from lasts
