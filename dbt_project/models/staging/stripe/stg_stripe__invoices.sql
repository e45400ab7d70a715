with source as (
    select * from {{ source('stripe', 'invoices') }}
),

versions as (
    select
        invoice_id,
        customer_id,
        subscription_id,
        status,
        currency,
        total,
        amount_due,
        amount_paid,
        amount_remaining,
        attempt_count,
        billing_reason,
        created_at,
        finalized_at,
        paid_at,
        voided_at,
        marked_uncollectible_at,
        period_started_at,
        period_ends_at,
        seen_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['invoice_id'], 'seen_at') }} as version_rank
    from source
),

latest as (
    select
        invoice_id,
        customer_id,
        subscription_id,
        status,
        currency,
        total,
        amount_due,
        amount_paid,
        amount_remaining,
        attempt_count,
        billing_reason,
        created_at,
        finalized_at,
        paid_at,
        voided_at,
        marked_uncollectible_at,
        period_started_at,
        period_ends_at,
        seen_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
