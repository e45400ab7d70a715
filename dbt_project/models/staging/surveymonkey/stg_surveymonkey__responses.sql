with source as (
    select * from {{ source('surveymonkey', 'responses') }}
),

versions as (
    select
        response_id,
        survey_id,
        question_id,
        score,
        content,
        status,
        collection_mode,
        created_at,
        modified_at,
        email,
        custom_variables,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_id', 'question_id'], 'modified_at') }} as version_rank
    from source
),

latest as (
    select
        response_id,
        survey_id,
        question_id,
        score,
        content,
        status,
        collection_mode,
        created_at,
        modified_at,
        email,
        custom_variables,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
