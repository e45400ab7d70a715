{{ latest_canonical('files', 'customers') }}
