{{ config(materialized='view') }}

-- a question's meaning is declared in the seed, never guessed; one that comes in several ways is declared in one of them
with questions as (
    select * from {{ ref('survey_questions') }}
    where source = 'dynamics365'
),

surveys as (
    select
        source_survey_id,
        min(survey_id) as survey_id
    from {{ ref('stg_dynamics365__surveys') }}
    where not is_deleted and source_survey_id is not null
    group by source_survey_id
),

invites as (
    select
        invites.invite_id,
        channels.meaning as channel
    from {{ ref('stg_dynamics365__survey_invites') }} as invites
    inner join {{ ref('dynamics365_choices') }} as channels
        on channels.kind = 'invite_channel' and cast(invites.channel_code as {{ dbt.type_string() }}) = channels.code
),

responses as (
    select
        responses.response_id,
        responses.modified_at,
        coalesce(responses.survey_id, surveys.survey_id) as survey_id,
        coalesce(responses.submitted_at, responses.created_at) as submitted_at,
        invites.channel,
        responses.language,
        case when responses.regarding_type in ('contact', 'account') then responses.regarding_id end as customer_id,
        responses.email,
        responses.state_code = 1 as is_finished
    from {{ ref('stg_dynamics365__survey_responses') }} as responses
    left join surveys on responses.source_survey_id = surveys.source_survey_id
    left join invites on responses.invite_id = invites.invite_id
    where not responses.is_deleted
),

given as (
    select
        survey_response_id as response_id,
        question_id,
        score
    from {{ ref('stg_dynamics365__question_responses') }}
    where not is_deleted
    union all
    -- a score that an earlier version of the response carried, and this one does not, was taken back
    select
        metrics.response_id,
        metrics.question_id,
        metrics.score
    from {{ ref('stg_dynamics365__response_metrics') }} as metrics
    inner join responses on metrics.response_id = responses.response_id and metrics.modified_at = responses.modified_at
),

cases as (
    select * from {{ ref('int_dynamics365__cases') }}
    where is_own and not coalesce(is_cancelled, false)
),

told as (
    select
        responses.survey_id,
        responses.response_id,
        given.question_id,
        given.score,
        responses.submitted_at,
        responses.channel,
        responses.language,
        {{ customer_node(dynamics365='responses.customer_id', email='responses.email') }} as customer_node,
        responses.is_finished
    from given
    inner join responses on given.response_id = responses.response_id
    union all
    select
        ratings.survey_id,
        ratings.incident_id as response_id,
        ratings.question_id,
        ratings.score,
        coalesce(cases.resolved_at, cases.opened_at) as submitted_at,
        cases.channel,
        cast(null as {{ dbt.type_string() }}) as language,
        {{ customer_node(dynamics365='cases.customer_id', email='cases.email') }} as customer_node,
        true as is_finished
    from {{ ref('stg_dynamics365__case_ratings') }} as ratings
    inner join cases on ratings.incident_id = cases.incident_id and ratings.modified_at = cases.modified_at
),

mapped as (
    select
        'dynamics365' as source,
        told.survey_id,
        told.response_id,
        told.question_id,
        questions.metric,
        questions.scale,
        told.score,
        cast(null as {{ dbt.type_string() }}) as comment,
        told.submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        told.channel,
        told.language,
        told.customer_node,
        cast(null as double) as weight,
        told.is_finished
    from told
    inner join questions on told.survey_id = questions.survey_id and told.question_id = questions.question_id
)

select * from mapped
