with source as (
    select * from {{ source('database', 'subscriptions') }}
),

versions as (
    select
        subscription_id,
        customer_id,
        plan,
        mrr,
        currency,
        started_at,
        ended_at,
        cancel_reason,
        cancel_kind,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['subscription_id']) }} as version_rank
    from source
),

latest as (
    select
        subscription_id,
        customer_id,
        plan,
        mrr,
        currency,
        started_at,
        ended_at,
        cancel_reason,
        cancel_kind,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
