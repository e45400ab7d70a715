with source as (
    select * from {{ source('database', 'usage_events') }}
),

versions as (
    select
        event_id,
        customer_id,
        email,
        event_name,
        occurred_at,
        session_id,
        duration_seconds,
        quantity,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['event_id']) }} as version_rank
    from source
),

latest as (
    select
        event_id,
        customer_id,
        email,
        event_name,
        occurred_at,
        session_id,
        duration_seconds,
        quantity,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
