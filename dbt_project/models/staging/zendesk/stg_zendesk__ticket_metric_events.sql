{{ latest_version(
    source('zendesk', 'ticket_metric_events'),
    key=['event_id'],
    columns=[
        'event_id', 'ticket_id', 'metric', 'instance', 'event_type', 'occurred_at', 'is_deleted', 'sla', 'status'
    ]
) }}
