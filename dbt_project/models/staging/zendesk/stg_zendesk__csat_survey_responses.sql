{{ latest_version(
    source('zendesk', 'csat_survey_responses'),
    key=['response_id', 'question_id'],
    version='updated_at',
    columns=[
        'response_id', 'survey_id', 'survey_version', 'question_id', 'question_type', 'question_sub_type', 'answer_type', 'score',
        'rating_category', 'comment', 'selections', 'ticket_id', 'responder_id', 'offered_at', 'expires_at', 'answered_at', 'updated_at'
    ]
) }}
