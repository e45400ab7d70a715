{{ latest_version(
    source('intercom', 'admins'),
    key=['admin_id'],
    columns=['admin_id', 'email', 'job_title', 'has_inbox_seat', 'away_mode_enabled', 'team_ids']
) }}
