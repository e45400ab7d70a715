with source as (
    select * from {{ source('stripe', 'customers') }}
),

versions as (
    select
        customer_id,
        event_id,
        email,
        metadata,
        country,
        language,
        currency,
        is_delinquent,
        is_deleted,
        created_at,
        seen_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['customer_id'], 'seen_at') }} as version_rank
    from source
),

latest as (
    select
        customer_id,
        event_id,
        email,
        metadata,
        country,
        language,
        currency,
        is_delinquent,
        is_deleted,
        created_at,
        seen_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
