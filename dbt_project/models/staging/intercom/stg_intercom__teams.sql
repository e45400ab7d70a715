{{ latest_version(
    source('intercom', 'teams'),
    key=['team_id'],
    columns=['team_id', 'name', 'admin_ids']
) }}
