{{ latest_version(
    source('hubspot', 'contacts'),
    key=['contact_id'],
    version='updated_at',
    columns=[
        'contact_id', 'email', 'additional_emails', 'merged_object_ids', 'company_id', 'owner_id', 'lifecycle_stage', 'country',
        'language', 'segment', 'created_at', 'updated_at', 'archived', 'archived_at'
    ]
) }}
