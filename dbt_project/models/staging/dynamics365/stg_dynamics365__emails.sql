{{ latest_version(
    source('dynamics365', 'emails'),
    key=['email_id'],
    version='modified_at desc, version_number',
    columns=[
        'email_id', 'subject', 'is_outbound', 'sender', 'sent_at', 'regarding_id', 'regarding_type', 'owner_id', 'owner_type',
        'status_code', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['email_id'])}
) }}
