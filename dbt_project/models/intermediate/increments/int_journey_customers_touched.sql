-- whose steps have changed: of every response with a touched answer all customers
with touched as (
    select customer_key from {{ ref('int_survey_customers_touched') }}
    where customer_key is not null
    union
    select customer_key from {{ ref('fct_survey_answers') }}
    where
        customer_key is not null
        and response_key in (select answers.response_key from {{ ref('int_survey_answers_touched') }} as answers)
)

select * from touched
