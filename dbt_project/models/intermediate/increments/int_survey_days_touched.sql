-- the days whose figures change: of every touched answer the day that it had and the day that it has
{{ before_and_now(
    'day', touched='int_survey_answers_touched', fact='fct_survey_answers', fact_key=['response_key', 'question_key'],
    records='int_survey_answers_scored', record_key=survey_answer_key(), now=local_date('records.submitted_at')
) }}
