with source as (
    select * from {{ source('dynamics365', 'response_metrics') }}
),

versions as (
    select
        response_id,
        modified_at,
        survey_id,
        question_id,
        metric_type,
        score,
        value,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_id', 'question_id'], 'modified_at') }} as version_rank
    from source
),

latest as (
    select
        response_id,
        modified_at,
        survey_id,
        question_id,
        metric_type,
        score,
        value,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
