{{ replaced_records('survey_answers', ['survey_id', 'response_id', 'question_id'], survey_answer_columns()) }}
