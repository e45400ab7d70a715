{{ latest_canonical(source('files', 'reviews'), 'reviews') }}
