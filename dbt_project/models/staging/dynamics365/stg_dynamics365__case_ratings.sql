with source as (
    select * from {{ source('dynamics365', 'case_ratings') }}
),

versions as (
    select
        incident_id,
        modified_at,
        survey_id,
        question_id,
        score,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['incident_id'], 'modified_at') }} as version_rank
    from source
),

latest as (
    select
        incident_id,
        modified_at,
        survey_id,
        question_id,
        score,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
