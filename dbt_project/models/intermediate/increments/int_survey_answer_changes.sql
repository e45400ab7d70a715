{{ changed_keys('survey_answers', survey_answer_columns(), survey_answer_key()) }}
