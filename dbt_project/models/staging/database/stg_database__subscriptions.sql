{{ latest_canonical('database', 'subscriptions') }}
