{{ grows_by('int_survey_answers_touched', ['response_key', 'question_key']) }}
{% if var('increment') -%}
-- depends_on: {{ ref('int_survey_days_touched') }}, {{ ref('int_survey_customers_touched') }}
{% endif -%}

with answers as (
    select
        *,
        {{ response_key() }} as response_key,
        {{ question_key() }} as question_key,
        {{ comment_key() }} as comment_key
    from {{ ref('int_survey_answers_scored') }} as scored
    {{ only_those_in('int_survey_answers_touched', 'scored', survey_answer_key()) }}
),

nodes as (
    select * from {{ ref('int_customer_nodes') }}
),

keyed as (
    select
        answers.response_key,
        answers.question_key,
        nodes.customer_key,
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
        coalesce(nullif(trim(answers.touchpoint), ''), 'unknown') as touchpoint,
        coalesce(nullif(trim(answers.journey_stage), ''), 'unknown') as journey_stage,
        coalesce(nullif(trim(answers.channel), ''), 'unknown') as channel,
        coalesce(nodes.segment, 'unknown') as segment,
        coalesce(nodes.country, 'unknown') as country,
        answers.is_finished
    from answers
    left join nodes on answers.customer_node = nodes.node
)

select * from keyed
