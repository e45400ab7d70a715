-- A key in the marts that leads to no comment, or a comment of a counted answer that no key leads to: the two were not made alike.
with answers as (
    select comment_key from {{ ref('fct_survey_answers') }}
    where comment_key is not null
),

comments as (
    select comment_key from {{ ref('survey_comments') }}
)

select answers.comment_key
from answers
left join comments on answers.comment_key = comments.comment_key
where comments.comment_key is null
