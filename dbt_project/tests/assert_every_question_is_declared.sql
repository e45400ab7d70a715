{{ config(severity='warn') }}
{#- The streams whose scores mean something only by the seed: source, model, and what holds survey, question and score. -#}
{%- set scored = [
    ('survicate', 'stg_survicate__responses', 'survey_id', 'question_id', 'score'),
    ('hubspot', 'stg_hubspot__feedback_submissions', 'survey_id', "'value'", 'score'),
    ('zendesk', 'stg_zendesk__satisfaction_ratings', 'survey_id', 'question_id', 'score'),
    ('zendesk', 'stg_zendesk__csat_survey_responses', 'survey_id', 'question_id', 'score'),
] -%}

-- Scored questions that the seed survey_questions does not name are in no metric: a warning, because that may be wanted.
with answered as (
    {% for source, model, survey_id, question_id, score in scored if source in var('sources') -%}
    select
        '{{ source }}' as source,
        cast({{ survey_id }} as {{ dbt.type_string() }}) as survey_id,
        cast({{ question_id }} as {{ dbt.type_string() }}) as question_id
    from {{ ref(model) }}
    where {{ score }} is not null
    union all
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id
    where 1 = 0
)

select
    answered.source,
    answered.survey_id,
    answered.question_id,
    count(*) as answers
from answered
left join {{ ref('survey_questions') }} as questions
    on
        answered.source = questions.source
        and answered.survey_id = questions.survey_id
        and answered.question_id = questions.question_id
where questions.question_id is null
group by answered.source, answered.survey_id, answered.question_id
