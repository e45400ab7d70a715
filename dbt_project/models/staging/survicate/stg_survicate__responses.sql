with source as (
    select * from {{ source('survicate', 'responses') }}
),

versions as (
    select
        response_uuid,
        survey_id,
        collected_at,
        url,
        device_type,
        operating_system,
        language,
        platform,
        respondent_uuid,
        email,
        user_id,
        question_id,
        question_type,
        score,
        content,
        tag,
        comment,
        answer,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_uuid', 'question_id'], 'collected_at') }} as version_rank
    from source
),

latest as (
    select
        response_uuid,
        survey_id,
        collected_at,
        url,
        device_type,
        operating_system,
        language,
        platform,
        respondent_uuid,
        email,
        user_id,
        question_id,
        question_type,
        score,
        content,
        tag,
        comment,
        answer,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
