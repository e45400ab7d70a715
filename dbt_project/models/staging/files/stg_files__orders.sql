{{ latest_canonical('files', 'orders') }}
