{%- set columns = ['source', 'survey_id', 'response_id', 'question_id', 'metric', 'scale', 'score', 'comment', 'submitted_at',
    'touchpoint', 'journey_stage', 'channel', 'language', 'customer_node', 'weight', 'is_finished'] -%}

with answers as (
    {{ union_canonical('survey_answers', columns) | indent(4) }}
),

known_by_then as (
    select * from answers
    where submitted_at < {{ as_of() }}
)

select * from known_by_then
