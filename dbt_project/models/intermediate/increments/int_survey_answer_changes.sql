{{ changed_keys('survey_answers', survey_answer_columns(), survey_answer_key(), kept='int_survey_answers_of_vendors', moment='submitted_at') }}
