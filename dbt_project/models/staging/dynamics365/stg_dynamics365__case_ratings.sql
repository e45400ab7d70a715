{{ latest_version(
    source('dynamics365', 'case_ratings'),
    key=['incident_id'],
    version='modified_at',
    columns=['incident_id', 'modified_at', 'survey_id', 'question_id', 'score']
) }}
