{{ latest_version(
    source('intercom', 'conversation_ratings'),
    key=['rating_id'],
    version='updated_at',
    columns=[
        'rating_id', 'conversation_id', 'survey_id', 'question_id', 'updated_at', 'score', 'comment', 'requested_at', 'answered_at',
        'contact_id', 'contact_external_id', 'contact_count', 'source_type', 'admin_id'
    ]
) }}
