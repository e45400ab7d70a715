with source as (
    select * from {{ source('dynamics365', 'phonecalls') }}
),

versions as (
    select
        phonecall_id,
        subject,
        is_outbound,
        started_at,
        ended_at,
        duration_minutes,
        regarding_id,
        regarding_type,
        owner_id,
        owner_type,
        status_code,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['phonecall_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['phonecall_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        phonecall_id,
        subject,
        is_outbound,
        started_at,
        ended_at,
        duration_minutes,
        regarding_id,
        regarding_type,
        owner_id,
        owner_type,
        status_code,
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
