{{ latest_canonical('database', 'orders') }}
