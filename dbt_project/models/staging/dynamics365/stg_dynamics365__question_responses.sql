with source as (
    select * from {{ source('dynamics365', 'question_responses') }}
),

versions as (
    select
        question_response_id,
        response,
        score,
        sentiment_value,
        key_phrases,
        question_id,
        survey_response_id,
        source_question_id,
        source_response_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['question_response_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['question_response_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        question_response_id,
        response,
        score,
        sentiment_value,
        key_phrases,
        question_id,
        survey_response_id,
        source_question_id,
        source_response_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        is_deleted,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
