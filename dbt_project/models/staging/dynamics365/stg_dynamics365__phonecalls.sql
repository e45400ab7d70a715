{{ latest_version(
    source('dynamics365', 'phonecalls'),
    key=['phonecall_id'],
    version='modified_at desc, version_number',
    columns=[
        'phonecall_id', 'subject', 'is_outbound', 'started_at', 'ended_at', 'duration_minutes', 'regarding_id', 'regarding_type',
        'owner_id', 'owner_type', 'status_code', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['phonecall_id'])}
) }}
