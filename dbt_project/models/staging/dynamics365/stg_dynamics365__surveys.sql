with source as (
    select * from {{ source('dynamics365', 'surveys') }}
),

versions as (
    select
        survey_id,
        name,
        friendly_name,
        source_survey_id,
        survey_source_code,
        project_id,
        starts_at,
        ends_at,
        published_at,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['survey_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['survey_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        survey_id,
        name,
        friendly_name,
        source_survey_id,
        survey_source_code,
        project_id,
        starts_at,
        ends_at,
        published_at,
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
