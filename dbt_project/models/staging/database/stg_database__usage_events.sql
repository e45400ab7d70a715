{{ latest_canonical(source('database', 'usage_events'), 'usage_events') }}
