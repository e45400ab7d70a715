{{ replaced_records('usage_events', ['event_id'], ['source', 'event_id', 'customer_node', 'occurred_at']) }}
