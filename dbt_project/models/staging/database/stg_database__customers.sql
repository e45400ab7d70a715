{{ latest_canonical(source('database', 'customers'), 'customers') }}
