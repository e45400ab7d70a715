{{ latest_version(
    source('intercom', 'contacts'),
    key=['contact_id'],
    version='updated_at',
    columns=[
        'contact_id', 'external_id', 'role', 'email', 'country', 'language', 'company_id', 'owner_id', 'unsubscribed_from_emails',
        'has_hard_bounced', 'created_at', 'updated_at', 'signed_up_at', 'last_seen_at', 'last_replied_at', 'custom_attributes'
    ]
) }}
