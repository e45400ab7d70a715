{{ latest_version(
    source('survicate', 'responses'),
    key=['response_uuid', 'question_id'],
    version='collected_at',
    columns=[
        'response_uuid', 'survey_id', 'collected_at', 'url', 'device_type', 'operating_system', 'language', 'platform',
        'respondent_uuid', 'email', 'user_id', 'question_id', 'question_type', 'score', 'content', 'tag', 'comment', 'answer'
    ]
) }}
