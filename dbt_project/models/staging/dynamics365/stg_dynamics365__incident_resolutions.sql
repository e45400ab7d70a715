{{ latest_version(
    source('dynamics365', 'incident_resolutions'),
    key=['resolution_id'],
    version='modified_at desc, version_number',
    columns=[
        'resolution_id', 'incident_id', 'resolved_at', 'time_spent_minutes', 'subject', 'state_code', 'created_at', 'modified_at',
        'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['resolution_id'])}
) }}
