{{ latest_version(
    source('hubspot', 'associations'),
    key=['from_type', 'from_id', 'to_type', 'to_id'],
    columns=['from_type', 'from_id', 'to_type', 'to_id']
) }}
