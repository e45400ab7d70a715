{{ latest_version(
    source('intercom', 'conversations'),
    key=['conversation_id'],
    version='updated_at',
    columns=[
        'conversation_id', 'title', 'created_at', 'updated_at', 'state', 'is_open', 'priority', 'waiting_since', 'snoozed_until',
        'admin_assignee_id', 'team_assignee_id', 'contact_id', 'contact_external_id', 'contact_count', 'source_type', 'delivered_as',
        'author_type', 'author_id', 'author_email', 'tag_names', 'topic_names', 'linked_ticket_ids', 'sla_status',
        'ai_agent_participated', 'ai_resolution_state', 'first_contact_reply_at', 'first_assignment_at', 'first_admin_reply_at',
        'first_close_at', 'last_close_at', 'time_to_admin_reply_seconds', 'time_to_first_close_seconds', 'handling_seconds',
        'adjusted_handling_seconds', 'count_reopens', 'count_assignments', 'count_conversation_parts', 'custom_attributes'
    ]
) }}
