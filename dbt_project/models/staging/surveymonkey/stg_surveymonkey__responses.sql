{{ latest_version(
    source('surveymonkey', 'responses'),
    key=['response_id', 'question_id'],
    version='modified_at',
    columns=[
        'response_id', 'survey_id', 'question_id', 'score', 'content', 'status', 'collection_mode', 'created_at', 'modified_at', 'email',
        'custom_variables'
    ]
) }}
