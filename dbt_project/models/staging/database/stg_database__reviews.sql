{{ latest_canonical(source('database', 'reviews'), 'reviews') }}
