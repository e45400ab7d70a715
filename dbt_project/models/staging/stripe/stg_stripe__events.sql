with source as (
    select * from {{ source('stripe', 'events') }}
),

versions as (
    select
        event_id,
        event_type,
        happened_at,
        api_version,
        subscription_id,
        customer_id,
        changed,
        status_before,
        status,
        plan_before,
        mrr_before,
        list_mrr_before,
        mrr,
        list_mrr,
        currency,
        plan,
        is_fully_priced,
        are_discounts_read,
        _position,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['event_id']) }} as version_rank
    from source
),

latest as (
    select
        event_id,
        event_type,
        happened_at,
        api_version,
        subscription_id,
        customer_id,
        changed,
        status_before,
        status,
        plan_before,
        mrr_before,
        list_mrr_before,
        mrr,
        list_mrr,
        currency,
        plan,
        is_fully_priced,
        are_discounts_read,
        _position,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
