with source as (
    select * from {{ source('survicate', 'questions') }}
),

versions as (
    select
        survey_id,
        question_id,
        question_type,
        question,
        introduction,
        answer_choices,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['survey_id', 'question_id']) }} as version_rank
    from source
),

latest as (
    select
        survey_id,
        question_id,
        question_type,
        question,
        introduction,
        answer_choices,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
