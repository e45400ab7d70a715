{{ config(materialized='view') }}

-- files and databases are read where they stand: most answers are theirs, and another copy of them would cost as much as the first
with by_batch as (
    {{ survey_answers_known(among=sources_by_batch()) | indent(4) }}
),

of_vendors as (
    select * from {{ ref('int_survey_answers_of_vendors') }}
),

answers as (
    select {{ survey_answer_columns() | join(', ') }} from by_batch
    union all
    select {{ survey_answer_columns() | join(', ') }} from of_vendors
)

select * from answers
