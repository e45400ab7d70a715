{{ latest_canonical('database', 'customers') }}
