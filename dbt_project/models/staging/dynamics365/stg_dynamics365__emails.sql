with source as (
    select * from {{ source('dynamics365', 'emails') }}
),

versions as (
    select
        email_id,
        subject,
        is_outbound,
        sender,
        sent_at,
        regarding_id,
        regarding_type,
        owner_id,
        owner_type,
        status_code,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['email_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['email_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        email_id,
        subject,
        is_outbound,
        sender,
        sent_at,
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
