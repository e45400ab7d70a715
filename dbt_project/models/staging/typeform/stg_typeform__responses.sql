{{ latest_version(
    source('typeform', 'responses'),
    key=['response_id', 'question_id'],
    version='submitted_at',
    columns=[
        'response_id', 'survey_id', 'question_id', 'question_ref', 'question_type', 'score', 'content', 'landed_at', 'submitted_at',
        'email', 'hidden', 'platform'
    ]
) }}
