-- of every touched answer the customer whose it was and the one whose it is
with touched as (
    select * from {{ ref('int_survey_answers_touched') }}
),

known as (
    select known.customer_key
    from {{ before('fct_survey_answers', database='marts', schema='marts') }} as known
    inner join touched on known.response_key = touched.response_key and known.question_key = touched.question_key
),

incoming as (
    select nodes.customer_key
    from {{ ref('int_survey_answers_unioned') }} as answers
    inner join touched on {{ same_key('answers', 'touched', survey_answer_key()) }}
    inner join {{ ref('int_customer_nodes') }} as nodes on answers.customer_node = nodes.node
),

customers as (
    select customer_key from known
    where customer_key is not null
    union
    select customer_key from incoming
)

select * from customers
