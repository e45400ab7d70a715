{{ latest_canonical('database', 'survey_answers') }}
