{{ latest_version(
    source('dynamics365', 'question_responses'),
    key=['question_response_id'],
    version='modified_at desc, version_number',
    columns=[
        'question_response_id', 'response', 'score', 'sentiment_value', 'key_phrases', 'question_id', 'survey_response_id',
        'source_question_id', 'source_response_id', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['question_response_id'])}
) }}
