{{ latest_version(
    source('dynamics365', 'incidents'),
    key=['incident_id'],
    version='modified_at desc, version_number',
    columns=[
        'incident_id', 'ticket_number', 'title', 'case_type_code', 'origin_code', 'priority_code', 'severity_code', 'satisfaction_code',
        'is_escalated', 'escalated_at', 'is_first_response_sent', 'deactivated_at', 'on_hold_minutes', 'is_merged', 'master_id',
        'parent_case_id', 'customer_id', 'customer_type', 'primary_contact_id', 'owner_id', 'owner_type', 'subject_id', 'product_id',
        'email', 'sentiment_value', 'status_code', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['incident_id'])}
) }}
