{{ latest_version(
    source('hubspot', 'feedback_submissions'),
    key=['submission_id'],
    version='updated_at',
    columns=[
        'submission_id', 'survey_id', 'question_id', 'survey_name', 'survey_type', 'survey_channel', 'score', 'response_group',
        'sentiment', 'comment', 'submitted_at', 'contact_id', 'ticket_id', 'created_at', 'updated_at', 'archived', 'archived_at'
    ]
) }}
