{{ latest_canonical(source('database', 'survey_answers'), 'survey_answers') }}
