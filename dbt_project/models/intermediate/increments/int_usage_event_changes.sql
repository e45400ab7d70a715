{{ moment_changes('usage_events', ['source', 'event_id'], ['source', 'event_id', 'customer_node', 'occurred_at'], 'occurred_at') }}
