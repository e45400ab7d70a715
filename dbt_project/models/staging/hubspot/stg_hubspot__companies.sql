{{ latest_version(
    source('hubspot', 'companies'),
    key=['company_id'],
    version='updated_at',
    columns=[
        'company_id', 'name', 'domain', 'industry', 'country', 'number_of_employees', 'annual_revenue', 'created_at', 'updated_at',
        'archived', 'archived_at'
    ]
) }}
