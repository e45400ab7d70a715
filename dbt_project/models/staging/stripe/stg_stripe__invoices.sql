{{ latest_version(
    source('stripe', 'invoices'),
    key=['invoice_id'],
    version='seen_at',
    columns=[
        'invoice_id', 'customer_id', 'subscription_id', 'status', 'currency', 'total', 'amount_due', 'amount_paid', 'amount_remaining',
        'attempt_count', 'billing_reason', 'created_at', 'finalized_at', 'paid_at', 'voided_at', 'marked_uncollectible_at',
        'period_started_at', 'period_ends_at', 'seen_at'
    ]
) }}
