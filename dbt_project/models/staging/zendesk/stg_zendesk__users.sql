{{ latest_version(
    source('zendesk', 'users'),
    key=['user_id'],
    version='updated_at',
    columns=[
        'user_id', 'role', 'email', 'external_id', 'has_phone', 'organization_id', 'locale', 'is_active', 'is_suspended', 'created_at',
        'updated_at'
    ]
) }}
