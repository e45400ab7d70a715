{{ latest_canonical(source('files', 'customers'), 'customers') }}
