{{ latest_version(
    source('dynamics365', 'survey_invites'),
    key=['invite_id'],
    version='modified_at desc, version_number',
    columns=[
        'invite_id', 'channel_code', 'invite_status_code', 'status_reason', 'failure_reason', 'sent_at', 'status_changed_at', 'email',
        'survey_id', 'regarding_id', 'regarding_type', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['invite_id'])}
) }}
