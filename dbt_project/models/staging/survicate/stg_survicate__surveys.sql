{{ latest_version(
    source('survicate', 'surveys'),
    key=['survey_id'],
    columns=['survey_id', 'name', 'type', 'is_enabled', 'created_at']
) }}
