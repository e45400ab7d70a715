{{ latest_version(
    source('survicate', 'questions'),
    key=['survey_id', 'question_id'],
    columns=['survey_id', 'question_id', 'question_type', 'question', 'introduction', 'answer_choices']
) }}
