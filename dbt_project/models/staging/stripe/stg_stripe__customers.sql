{{ latest_version(
    source('stripe', 'customers'),
    key=['customer_id'],
    version='seen_at',
    columns=[
        'customer_id', 'event_id', 'email', 'metadata', 'country', 'language', 'currency', 'is_delinquent', 'is_deleted', 'created_at',
        'seen_at'
    ]
) }}
