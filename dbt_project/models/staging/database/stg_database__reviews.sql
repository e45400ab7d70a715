{{ latest_canonical('database', 'reviews') }}
