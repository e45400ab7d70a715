{{ latest_version(
    source('dynamics365', 'conversations'),
    key=['conversation_id'],
    version='modified_at desc, version_number',
    columns=[
        'conversation_id', 'channel_code', 'opened_at', 'closed_at', 'agent_assigned_at', 'handle_seconds', 'talk_seconds',
        'hold_seconds', 'wrap_seconds', 'wait_seconds', 'first_response_milliseconds', 'transfer_count', 'escalation_count',
        'is_abandoned', 'is_outbound', 'is_agent_session', 'sentiment', 'agent_id', 'queue_id', 'customer_id', 'customer_type',
        'incident_id', 'channel_instance_id', 'regarding_id', 'regarding_type', 'status_code', 'state_code', 'created_at', 'modified_at',
        'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['conversation_id'])}
) }}
