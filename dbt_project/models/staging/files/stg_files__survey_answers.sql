{{ latest_canonical(source('files', 'survey_answers'), 'survey_answers') }}
