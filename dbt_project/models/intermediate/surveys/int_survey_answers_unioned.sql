{%- set columns = ['source', 'survey_id', 'response_id', 'question_id', 'metric', 'scale', 'score', 'comment', 'submitted_at',
    'touchpoint', 'journey_stage', 'channel', 'language', 'customer_node', 'weight', 'is_finished'] -%}

-- a question's meaning is declared in the seed, never guessed; questions that are not in it are no metric
with survey_questions as (
    select source, survey_id, question_id, metric, scale, touchpoint, journey_stage
    from {{ ref('survey_questions') }}
),

files_answers as (
    select
        'files' as source,
        survey_id,
        response_id,
        question_id,
        metric,
        scale,
        score,
        comment,
        submitted_at,
        touchpoint,
        journey_stage,
        channel,
        language,
        {{ customer_node(company='customer_id', email='email') }} as customer_node,
        weight,
        is_finished
    from {{ ref('stg_files__survey_answers') }}
),

survicate_answers as (
    select
        'survicate' as source,
        responses.survey_id,
        responses.response_uuid as response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        responses.score,
        responses.comment,
        responses.collected_at as submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        lower(responses.platform) as channel,
        responses.language,
        {{ customer_node(company='responses.user_id', email='responses.email') }} as customer_node,
        cast(null as double) as weight,
        cast(null as boolean) as is_finished
    from {{ ref('stg_survicate__responses') }} as responses
    inner join survey_questions as questions
        on
            responses.survey_id = questions.survey_id
            and cast(responses.question_id as {{ dbt.type_string() }}) = questions.question_id
            and questions.source = 'survicate'
),

hubspot_answers as (
    select
        'hubspot' as source,
        submissions.survey_id,
        submissions.submission_id as response_id,
        questions.question_id,
        questions.metric,
        questions.scale,
        submissions.score,
        submissions.comment,
        submissions.submitted_at,
        questions.touchpoint,
        questions.journey_stage,
        lower(submissions.survey_channel) as channel,
        cast(null as {{ dbt.type_string() }}) as language,
        {{ customer_node(hubspot='submissions.contact_id') }} as customer_node,
        cast(null as double) as weight,
        cast(null as boolean) as is_finished
    from {{ ref('stg_hubspot__feedback_submissions') }} as submissions
    inner join survey_questions as questions
        on submissions.survey_id = questions.survey_id and questions.question_id = 'value' and questions.source = 'hubspot'
    where not coalesce(submissions.archived, false)
),

unioned as (
    {% for relation in ['files_answers', 'survicate_answers', 'hubspot_answers'] -%}
    select {{ columns | join(', ') }}
    from {{ relation }}
    where submitted_at < {{ as_of() }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from unioned
