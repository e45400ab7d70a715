with source as (
    select * from {{ source('dynamics365', 'incident_resolutions') }}
),

versions as (
    select
        resolution_id,
        incident_id,
        resolved_at,
        time_spent_minutes,
        subject,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['resolution_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['resolution_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        resolution_id,
        incident_id,
        resolved_at,
        time_spent_minutes,
        subject,
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
