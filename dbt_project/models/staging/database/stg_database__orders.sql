with source as (
    select * from {{ source('database', 'orders') }}
),

versions as (
    select
        order_id,
        customer_id,
        email,
        ordered_at,
        amount,
        currency,
        status,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['order_id']) }} as version_rank
    from source
),

latest as (
    select
        order_id,
        customer_id,
        email,
        ordered_at,
        amount,
        currency,
        status,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
