with source as (
    select * from {{ source('stripe', 'subscriptions') }}
),

versions as (
    select
        subscription_id,
        customer_id,
        status,
        mrr,
        list_mrr,
        currency,
        plan,
        is_fully_priced,
        are_discounts_read,
        items,
        collection_method,
        created_at,
        started_at,
        trial_started_at,
        trial_ends_at,
        cancels_at,
        cancels_at_period_end,
        canceled_at,
        ended_at,
        cancel_reason,
        cancel_feedback,
        cancel_comment,
        pause_behavior,
        metadata,
        seen_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['subscription_id'], 'seen_at') }} as version_rank
    from source
),

latest as (
    select
        subscription_id,
        customer_id,
        status,
        mrr,
        list_mrr,
        currency,
        plan,
        is_fully_priced,
        are_discounts_read,
        items,
        collection_method,
        created_at,
        started_at,
        trial_started_at,
        trial_ends_at,
        cancels_at,
        cancels_at_period_end,
        canceled_at,
        ended_at,
        cancel_reason,
        cancel_feedback,
        cancel_comment,
        pause_behavior,
        metadata,
        seen_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
