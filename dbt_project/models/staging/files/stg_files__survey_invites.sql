{{ latest_canonical(source('files', 'survey_invites'), 'survey_invites') }}
