{{ latest_version(
    source('stripe', 'subscriptions'),
    key=['subscription_id'],
    version='seen_at',
    columns=[
        'subscription_id', 'customer_id', 'status', 'mrr', 'list_mrr', 'currency', 'plan', 'is_fully_priced', 'are_discounts_read',
        'items', 'collection_method', 'created_at', 'started_at', 'trial_started_at', 'trial_ends_at', 'cancels_at',
        'cancels_at_period_end', 'canceled_at', 'ended_at', 'cancel_reason', 'cancel_feedback', 'cancel_comment', 'pause_behavior',
        'metadata', 'seen_at'
    ]
) }}
