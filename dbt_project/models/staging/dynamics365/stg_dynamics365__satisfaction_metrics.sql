{{ latest_version(
    source('dynamics365', 'satisfaction_metrics'),
    key=['metric_id'],
    version='modified_at desc, version_number',
    columns=[
        'metric_id', 'name', 'type_code', 'minimum_value', 'maximum_value', 'threshold', 'last_value', 'last_computed_at', 'questions',
        'project_id', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['metric_id'])}
) }}
