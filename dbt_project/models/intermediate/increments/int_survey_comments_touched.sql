-- of every changed answer the comment that it had or has, whatever stands in it
with changes as (
    select * from {{ ref('int_survey_answer_changes') }}
),

keyed as (
    select {{ comment_hmac() }} as comment_key
    from changes
)

select * from keyed
