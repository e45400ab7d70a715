{{ latest_version(
    source('dynamics365', 'response_metrics'),
    key=['response_id', 'question_id'],
    version='modified_at',
    columns=['response_id', 'modified_at', 'survey_id', 'question_id', 'metric_type', 'score', 'value']
) }}
