{{ latest_canonical('files', 'reviews') }}
