{{ replaced_records('usage_events', ['event_id'], usage_event_columns()) }}
