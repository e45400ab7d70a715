{{ latest_canonical(source('database', 'orders'), 'orders') }}
