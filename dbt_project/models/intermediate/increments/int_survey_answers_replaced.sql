{{ replaced_records('survey_answers', survey_answer_key(), survey_answer_columns()) }}
