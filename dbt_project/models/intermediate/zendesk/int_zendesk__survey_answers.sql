{{ config(materialized='view') }}

-- a question's meaning is declared in the seed, never guessed
with questions as (
    select * from {{ ref('survey_questions') }}
    where source = 'zendesk'
),

-- who asked and by which channel is the ticket's to say: its requester is the living user where others were merged into one
tickets as (
    select
        contact_id as ticket_id,
        customer_node,
        channel
    from {{ ref('int_zendesk__contacts') }}
),

answers as (
    select
        survey_id,
        rating_id as response_id,
        question_id,
        score,
        comment,
        updated_at as submitted_at,
        ticket_id,
        requester_id as user_id
    from {{ ref('stg_zendesk__satisfaction_ratings') }}
    union all
    select
        survey_id,
        response_id,
        question_id,
        score,
        comment,
        answered_at as submitted_at,
        ticket_id,
        responder_id as user_id
    from {{ ref('stg_zendesk__csat_survey_responses') }}
    where answer_type = 'rating_scale'
),

mapped as (
    select
        'zendesk' as source,
        answers.survey_id,
        answers.response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        answers.score,
        answers.comment,
        answers.submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        tickets.channel,
        cast(null as {{ dbt.type_string() }}) as language,
        coalesce(tickets.customer_node, {{ customer_node(zendesk='answers.user_id') }}) as customer_node,
        cast(null as double) as weight,
        cast(null as boolean) as is_finished
    from answers
    inner join questions on answers.survey_id = questions.survey_id and answers.question_id = questions.question_id
    left join tickets on answers.ticket_id = tickets.ticket_id
)

select * from mapped
