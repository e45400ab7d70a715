{{ config(materialized='view') }}

with answers as (
    {{ union_canonical('survey_answers', survey_answer_columns(), moments=['submitted_at']) | indent(4) }}
),

known_by_then as (
    select * from answers
    where submitted_at < {{ as_of() }}
)

select * from known_by_then
