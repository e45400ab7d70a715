{{ latest_canonical(source('files', 'usage_events'), 'usage_events') }}
