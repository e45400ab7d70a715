with source as (
    select * from {{ source('zendesk', 'users') }}
),

versions as (
    select
        user_id,
        role,
        email,
        external_id,
        has_phone,
        organization_id,
        locale,
        is_active,
        is_suspended,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['user_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        user_id,
        role,
        email,
        external_id,
        has_phone,
        organization_id,
        locale,
        is_active,
        is_suspended,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
