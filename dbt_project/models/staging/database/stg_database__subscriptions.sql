{{ latest_canonical(source('database', 'subscriptions'), 'subscriptions') }}
