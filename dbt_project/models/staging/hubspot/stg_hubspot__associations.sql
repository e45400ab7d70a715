with source as (
    select * from {{ source('hubspot', 'associations') }}
),

versions as (
    select
        from_type,
        from_id,
        to_type,
        to_id,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['from_type', 'from_id', 'to_type', 'to_id']) }} as version_rank
    from source
),

latest as (
    select
        from_type,
        from_id,
        to_type,
        to_id,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
