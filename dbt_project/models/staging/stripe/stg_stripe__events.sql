{{ latest_version(
    source('stripe', 'events'),
    key=['event_id'],
    columns=[
        'event_id', 'event_type', 'happened_at', 'api_version', 'subscription_id', 'customer_id', 'changed', 'status_before', 'status',
        'plan_before', 'mrr_before', 'list_mrr_before', 'mrr', 'list_mrr', 'currency', 'plan', 'is_fully_priced', 'are_discounts_read'
    ]
) }}
