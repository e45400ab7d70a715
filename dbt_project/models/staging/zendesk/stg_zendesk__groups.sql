{{ latest_version(
    source('zendesk', 'groups'),
    key=['group_id'],
    version='updated_at',
    columns=['group_id', 'name', 'is_deleted', 'created_at', 'updated_at']
) }}
