{{ latest_canonical('files', 'survey_answers') }}
