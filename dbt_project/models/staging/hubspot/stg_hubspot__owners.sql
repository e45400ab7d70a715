{{ latest_version(
    source('hubspot', 'owners'),
    key=['owner_id'],
    version='updated_at',
    columns=['owner_id', 'email', 'team_name', 'created_at', 'updated_at', 'archived', 'archived_at']
) }}
