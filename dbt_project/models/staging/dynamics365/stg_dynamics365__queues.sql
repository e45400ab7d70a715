{{ latest_version(
    source('dynamics365', 'queues'),
    key=['queue_id'],
    version='modified_at desc, version_number',
    columns=[
        'queue_id', 'name', 'email', 'type_code', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['queue_id'])}
) }}
