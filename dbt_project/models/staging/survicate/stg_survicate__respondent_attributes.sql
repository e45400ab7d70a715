{{ latest_version(
    source('survicate', 'respondent_attributes'),
    key=['response_uuid', 'name'],
    version='collected_at',
    columns=['response_uuid', 'respondent_uuid', 'collected_at', 'name', 'value']
) }}
