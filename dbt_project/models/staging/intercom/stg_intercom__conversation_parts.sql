{{ latest_version(
    source('intercom', 'conversation_parts'),
    key=['conversation_id', 'part_id'],
    version='updated_at',
    columns=[
        'conversation_id', 'part_id', 'part_type', 'body', 'created_at', 'updated_at', 'author_type', 'author_id', 'is_from_ai_agent',
        'assigned_to_type', 'assigned_to_id', 'state', 'is_redacted', 'app_package_code'
    ]
) }}
