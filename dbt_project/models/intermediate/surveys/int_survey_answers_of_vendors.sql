{{ grows_by('int_survey_answer_changes', survey_answer_key()) }}

with answers as (
    select * from {{ ref('int_survey_answers_incoming') }}
    where not {{ comes_by_batch() }}
),

told as (
    select {{ survey_answer_columns() | join(', ') }} from answers
    {{ only_those_in('int_survey_answer_changes', 'answers', survey_answer_key()) }}
)

select * from told
