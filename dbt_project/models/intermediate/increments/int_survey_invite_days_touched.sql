-- the days whose figures change: of every touched invite the day that it had and the day that it has
{{ before_and_now(
    'day', touched='int_survey_invites_touched', fact='fct_survey_invites', fact_key=['invite_key'],
    records='int_survey_invites', record_key=survey_invite_key()
) }}
