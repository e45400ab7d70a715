with source as (
    select * from {{ source('typeform', 'responses') }}
),

versions as (
    select
        response_id,
        survey_id,
        question_id,
        question_ref,
        question_type,
        score,
        content,
        landed_at,
        submitted_at,
        email,
        hidden,
        platform,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_id', 'question_id'], 'submitted_at') }} as version_rank
    from source
),

latest as (
    select
        response_id,
        survey_id,
        question_id,
        question_ref,
        question_type,
        score,
        content,
        landed_at,
        submitted_at,
        email,
        hidden,
        platform,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
