{{ latest_version(
    source('zendesk', 'tickets'),
    key=['ticket_id'],
    version='generated_at',
    columns=[
        'ticket_id', 'status', 'ticket_type', 'priority', 'topic', 'tags', 'channel', 'call_direction', 'requester_id', 'assignee_id',
        'organization_id', 'group_id', 'brand_id', 'external_id', 'custom_fields', 'opened_at', 'updated_at', 'generated_at', 'reopens',
        'replies', 'assignee_stations', 'group_stations', 'initially_assigned_at', 'assigned_at', 'solved_at', 'reply_seconds',
        'reply_minutes', 'reply_business_minutes', 'first_resolution_minutes', 'full_resolution_minutes', 'agent_wait_minutes',
        'requester_wait_minutes', 'on_hold_minutes'
    ]
) }}
