with answers as (
    select
        *,
        {{ customer_hmac("'response:' || source || ':' || survey_id || ':' || response_id") }} as response_key,
        source || ':' || survey_id || ':' || question_id as question_key,
        {{ comment_key() }} as comment_key
    from {{ ref('int_survey_answers_scored') }}
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

customers as (
    select customer_key, segment, country from {{ ref('dim_customers') }}
),

keyed as (
    select
        answers.response_key,
        answers.question_key,
        identities.customer_key,
        answers.survey_id as survey,
        answers.metric,
        answers.scale,
        cast(answers.score as double) as score,
        cast(answers.score_100 as double) as score_100,
        answers.category,
        answers.comment_key,
        cast(coalesce(answers.weight, 1) as double) as weight,
        answers.submitted_at,
        {{ local_date('answers.submitted_at') }} as day,
        coalesce(answers.touchpoint, 'unknown') as touchpoint,
        coalesce(answers.journey_stage, 'unknown') as journey_stage,
        coalesce(answers.channel, 'unknown') as channel,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.country, 'unknown') as country,
        answers.is_finished
    from answers
    left join identities on answers.customer_node = identities.node
    left join customers on identities.customer_key = customers.customer_key
)

select * from keyed
