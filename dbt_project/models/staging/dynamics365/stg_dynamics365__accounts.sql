{{ latest_version(
    source('dynamics365', 'accounts'),
    key=['account_id'],
    version='modified_at desc, version_number',
    columns=[
        'account_id', 'name', 'account_number', 'email1', 'website', 'industry_code', 'number_of_employees', 'revenue', 'country',
        'is_merged', 'master_id', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['account_id'])}
) }}
