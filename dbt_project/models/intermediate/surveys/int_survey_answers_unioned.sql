{{ grows_by('int_survey_answer_changes', survey_answer_key()) }}

with answers as (
    select {{ survey_answer_columns() | join(', ') }}
    from {{ ref('int_survey_answers_incoming') }} as incoming
    {{ only_those_in('int_survey_answer_changes', 'incoming', survey_answer_key()) }}
)

select * from answers
