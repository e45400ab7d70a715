{{ latest_canonical('files', 'usage_events') }}
