-- the answers to write again: changed ones, those that have gone, and those whose customer is another now or described otherwise
with changes as (
    select {{ survey_answer_key() | join(', ') }} from {{ ref('int_survey_answer_changes') }}
),

answers as (
    select * from {{ ref('int_survey_answers_unioned') }}
),

nodes as (
    select node from {{ ref('int_customer_node_changes') }}
),

touched as (
    select {{ survey_answer_key() | join(', ') }} from changes
    union
    select answers.{{ survey_answer_key() | join(', answers.') }}
    from answers
    inner join nodes on answers.customer_node = nodes.node
),

keyed as (
    select
        {{ survey_answer_key() | join(', ') }},
        {{ response_key() }} as response_key,
        {{ question_key() }} as question_key
    from touched
)

select * from keyed
