{{ latest_canonical(source('files', 'subscriptions'), 'subscriptions') }}
