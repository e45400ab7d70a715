{{ latest_canonical('database', 'survey_invites') }}
