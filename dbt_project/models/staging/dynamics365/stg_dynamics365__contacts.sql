{{ latest_version(
    source('dynamics365', 'contacts'),
    key=['contact_id'],
    version='modified_at desc, version_number',
    columns=[
        'contact_id', 'email1', 'email2', 'email3', 'external_id', 'account_id', 'account_type', 'country', 'is_merged', 'master_id',
        'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['contact_id'])}
) }}
