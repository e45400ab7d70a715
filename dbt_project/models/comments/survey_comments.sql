{{ grows_by('int_survey_comments_touched', ['comment_key']) }}

with answers as (
    select * from {{ ref('int_survey_answers_unioned') }} as unioned
    {{ only_those_in('int_survey_answer_changes', 'unioned', survey_answer_key()) }}
),

-- what was written beside an answer that does not count is as worth reading as any
keyed as (
    select
        {{ comment_key() }} as comment_key,
        comment,
        language,
        {{ local_date('submitted_at') }} as day,
        survey_id as survey
    from answers
),

written as (
    select * from keyed
    where comment_key is not null
)

select * from written
