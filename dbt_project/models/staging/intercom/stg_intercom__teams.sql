with source as (
    select * from {{ source('intercom', 'teams') }}
),

versions as (
    select
        team_id,
        name,
        admin_ids,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['team_id']) }} as version_rank
    from source
),

latest as (
    select
        team_id,
        name,
        admin_ids,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
