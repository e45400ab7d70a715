{{ latest_version(
    source('dynamics365', 'satisfaction_metric_mappings'),
    key=['mapping_id'],
    version='modified_at desc, version_number',
    columns=[
        'mapping_id', 'metric_id', 'survey_id', 'question_id', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['mapping_id'])}
) }}
