{{ latest_canonical('database', 'usage_events') }}
