with source as (
    select * from {{ source('zendesk', 'csat_survey_responses') }}
),

versions as (
    select
        response_id,
        survey_id,
        survey_version,
        question_id,
        question_type,
        question_sub_type,
        answer_type,
        score,
        rating_category,
        comment,
        selections,
        ticket_id,
        responder_id,
        offered_at,
        expires_at,
        answered_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_id', 'question_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        response_id,
        survey_id,
        survey_version,
        question_id,
        question_type,
        question_sub_type,
        answer_type,
        score,
        rating_category,
        comment,
        selections,
        ticket_id,
        responder_id,
        offered_at,
        expires_at,
        answered_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
