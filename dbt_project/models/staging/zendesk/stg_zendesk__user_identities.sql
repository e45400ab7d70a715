{{ latest_version(
    source('zendesk', 'user_identities'),
    key=['identity_id'],
    version='updated_at',
    columns=[
        'identity_id', 'user_id', 'email', 'identity_type', 'is_primary', 'is_verified', 'created_at', 'updated_at'
    ]
) }}
