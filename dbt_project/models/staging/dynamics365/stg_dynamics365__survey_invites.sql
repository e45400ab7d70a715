with source as (
    select * from {{ source('dynamics365', 'survey_invites') }}
),

versions as (
    select
        invite_id,
        channel_code,
        invite_status_code,
        status_reason,
        failure_reason,
        sent_at,
        status_changed_at,
        email,
        survey_id,
        regarding_id,
        regarding_type,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['invite_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['invite_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        invite_id,
        channel_code,
        invite_status_code,
        status_reason,
        failure_reason,
        sent_at,
        status_changed_at,
        email,
        survey_id,
        regarding_id,
        regarding_type,
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
