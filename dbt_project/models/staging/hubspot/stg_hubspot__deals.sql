{{ latest_version(
    source('hubspot', 'deals'),
    key=['deal_id'],
    version='updated_at',
    columns=[
        'deal_id', 'name', 'amount', 'currency', 'closed_at', 'stage_id', 'pipeline_id', 'is_closed_won', 'owner_id', 'created_at',
        'updated_at', 'archived', 'archived_at'
    ]
) }}
