{{ grows_by('int_survey_answers_touched', ['response_key', 'question_key']) }}
{% if var('increment') -%}
-- depends_on: {{ ref('int_survey_days_touched') }}, {{ ref('int_survey_customers_touched') }}
{% endif -%}

with answers as (
    select
        response_key,
        question_key,
        customer_key,
        survey,
        metric,
        scale,
        score,
        score_100,
        category,
        comment_key,
        weight,
        submitted_at,
        day,
        touchpoint,
        journey_stage,
        channel,
        segment,
        country,
        is_finished
    from {{ ref('int_survey_answers_identified') }} as known
    {{ only_those_in('int_survey_answers_touched', 'known', ['response_key', 'question_key']) }}
)

select * from answers
