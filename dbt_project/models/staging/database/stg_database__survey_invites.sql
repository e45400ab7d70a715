{{ latest_canonical(source('database', 'survey_invites'), 'survey_invites') }}
