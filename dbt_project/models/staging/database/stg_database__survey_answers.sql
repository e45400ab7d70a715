with source as (
    select * from {{ source('database', 'survey_answers') }}
),

versions as (
    select
        response_id,
        question_id,
        metric,
        scale,
        score,
        label,
        comment,
        submitted_at,
        survey_id,
        touchpoint,
        journey_stage,
        channel,
        language,
        customer_id,
        email,
        contact_id,
        weight,
        is_finished,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['survey_id', 'response_id', 'question_id']) }} as version_rank
    from source
),

latest as (
    select
        response_id,
        question_id,
        metric,
        scale,
        score,
        label,
        comment,
        submitted_at,
        survey_id,
        touchpoint,
        journey_stage,
        channel,
        language,
        customer_id,
        email,
        contact_id,
        weight,
        is_finished,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
