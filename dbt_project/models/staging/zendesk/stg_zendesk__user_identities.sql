with source as (
    select * from {{ source('zendesk', 'user_identities') }}
),

versions as (
    select
        identity_id,
        user_id,
        email,
        identity_type,
        is_primary,
        is_verified,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['identity_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        identity_id,
        user_id,
        email,
        identity_type,
        is_primary,
        is_verified,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
