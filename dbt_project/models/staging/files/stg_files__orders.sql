{{ latest_canonical(source('files', 'orders'), 'orders') }}
