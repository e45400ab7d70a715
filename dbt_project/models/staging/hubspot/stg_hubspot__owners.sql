with source as (
    select * from {{ source('hubspot', 'owners') }}
),

versions as (
    select
        owner_id,
        email,
        team_name,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['owner_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        owner_id,
        email,
        team_name,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
