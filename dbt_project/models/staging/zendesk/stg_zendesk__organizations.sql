{{ latest_version(
    source('zendesk', 'organizations'),
    key=['organization_id'],
    version='updated_at',
    columns=['organization_id', 'name', 'external_id', 'created_at', 'updated_at', 'deleted_at']
) }}
