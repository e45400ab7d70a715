{{ grows_by('int_survey_customers_touched', ['customer_key']) }}

with nodes as (
    select node, customer_key from {{ ref('int_customer_nodes') }}
    where customer_key is not null {{ and_in('customer_key', 'int_survey_customers_touched') }}
),

answers as (
    select
        nodes.customer_key,
        scored.submitted_at,
        scored.source,
        scored.survey_id,
        scored.response_id,
        scored.response_id || ' ' || scored.survey_id || ' ' || scored.source as response_order
    from {{ ref('int_survey_answers_scored') }} as scored
    inner join nodes on scored.customer_node = nodes.node
),

shared_instants as (
    select customer_key, submitted_at
    from answers
    group by customer_key, submitted_at
    having min(response_order) <> max(response_order)
),

tied as (
    select
        answers.customer_key,
        answers.source,
        answers.survey_id,
        answers.response_id,
        answers.response_order
    from answers
    inner join shared_instants
        on answers.customer_key = shared_instants.customer_key and answers.submitted_at = shared_instants.submitted_at
    group by answers.customer_key, answers.source, answers.survey_id, answers.response_id, answers.response_order
),

keyed as (
    select
        customer_key,
        {{ response_key() }} as response_key,
        response_order
    from tied
)

select * from keyed
