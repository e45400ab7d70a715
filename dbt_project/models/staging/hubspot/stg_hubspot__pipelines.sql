{{ latest_version(
    source('hubspot', 'pipelines'),
    key=['object_type', 'pipeline_id', 'stage_id'],
    columns=[
        'object_type', 'pipeline_id', 'pipeline_label', 'stage_id', 'stage_label', 'display_order', 'is_closed'
    ]
) }}
