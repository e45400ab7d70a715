with source as (
    select * from {{ source('zendesk', 'organizations') }}
),

versions as (
    select
        organization_id,
        name,
        external_id,
        created_at,
        updated_at,
        deleted_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['organization_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        organization_id,
        name,
        external_id,
        created_at,
        updated_at,
        deleted_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
