with source as (
    select * from {{ source('dynamics365', 'questions') }}
),

versions as (
    select
        question_id,
        name,
        question,
        question_type_code,
        sequence,
        maximum_rating,
        answer_choices,
        is_required,
        source_question_id,
        source_parent_question_id,
        source_survey_id,
        survey_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['question_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['question_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        question_id,
        name,
        question,
        question_type_code,
        sequence,
        maximum_rating,
        answer_choices,
        is_required,
        source_question_id,
        source_parent_question_id,
        source_survey_id,
        survey_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        is_deleted,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
