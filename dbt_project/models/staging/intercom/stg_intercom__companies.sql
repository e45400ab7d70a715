{{ latest_version(
    source('intercom', 'companies'),
    key=['company_id'],
    version='updated_at',
    columns=[
        'company_id', 'external_id', 'name', 'plan_name', 'industry', 'website', 'size', 'monthly_spend', 'user_count', 'session_count',
        'created_at', 'updated_at', 'remote_created_at', 'last_request_at', 'custom_attributes', 'scroll'
    ]
) }}
