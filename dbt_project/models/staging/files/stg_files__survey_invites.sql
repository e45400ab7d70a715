{{ latest_canonical('files', 'survey_invites') }}
