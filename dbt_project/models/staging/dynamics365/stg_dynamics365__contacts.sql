with source as (
    select * from {{ source('dynamics365', 'contacts') }}
),

versions as (
    select
        contact_id,
        email1,
        email2,
        email3,
        external_id,
        account_id,
        account_type,
        country,
        is_merged,
        master_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['contact_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['contact_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        contact_id,
        email1,
        email2,
        email3,
        external_id,
        account_id,
        account_type,
        country,
        is_merged,
        master_id,
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
