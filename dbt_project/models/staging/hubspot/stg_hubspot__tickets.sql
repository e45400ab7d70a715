{{ latest_version(
    source('hubspot', 'tickets'),
    key=['ticket_id'],
    version='updated_at',
    columns=[
        'ticket_id', 'subject', 'pipeline_id', 'stage_id', 'priority', 'category', 'source_type', 'opened_at', 'closed_at',
        'first_agent_reply_at', 'time_to_close_milliseconds', 'time_to_first_agent_reply_milliseconds', 'owner_id', 'created_at',
        'updated_at', 'archived', 'archived_at'
    ]
) }}
