{{ latest_canonical('files', 'subscriptions') }}
