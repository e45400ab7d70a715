{{ latest_version(
    source('zendesk', 'satisfaction_ratings'),
    key=['rating_id'],
    version='updated_at',
    columns=[
        'rating_id', 'survey_id', 'question_id', 'ticket_id', 'requester_id', 'assignee_id', 'group_id', 'word', 'score', 'comment',
        'reason', 'reason_code', 'created_at', 'updated_at'
    ]
) }}
