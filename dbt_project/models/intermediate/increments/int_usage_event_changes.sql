{{ moment_changes('usage_events', ['source', 'event_id'], usage_event_columns(), 'occurred_at') }}
