with source as (
    select * from {{ source('zendesk', 'groups') }}
),

versions as (
    select
        group_id,
        name,
        is_deleted,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['group_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        group_id,
        name,
        is_deleted,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
