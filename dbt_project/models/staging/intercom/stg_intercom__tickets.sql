{{ latest_version(
    source('intercom', 'tickets'),
    key=['ticket_id'],
    version='updated_at',
    columns=[
        'ticket_id', 'ticket_number', 'category', 'ticket_type', 'state', 'is_open', 'is_shared', 'created_at', 'updated_at',
        'snoozed_until', 'admin_assignee_id', 'team_assignee_id', 'contact_id', 'contact_external_id', 'contact_count',
        'linked_conversation_ids', 'first_admin_reply_at', 'resolved_at', 'reopen_count', 'agent_replies', 'customer_replies',
        'ticket_attributes'
    ]
) }}
