{{ latest_version(
    source('dynamics365', 'survey_responses'),
    key=['response_id'],
    version='modified_at desc, version_number',
    columns=[
        'response_id', 'nps_score', 'satisfaction_metrics', 'sentiment_code', 'email', 'language', 'locale', 'started_at',
        'submitted_at', 'context', 'source_response_id', 'source_survey_id', 'survey_id', 'invite_id', 'parent_response_id',
        'regarding_id', 'regarding_type', 'status_code', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['response_id'])}
) }}
