with source as (
    select * from {{ source('hubspot', 'feedback_submissions') }}
),

versions as (
    select
        submission_id,
        survey_id,
        question_id,
        survey_name,
        survey_type,
        survey_channel,
        score,
        response_group,
        sentiment,
        comment,
        submitted_at,
        contact_id,
        ticket_id,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['submission_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        submission_id,
        survey_id,
        question_id,
        survey_name,
        survey_type,
        survey_channel,
        score,
        response_group,
        sentiment,
        comment,
        submitted_at,
        contact_id,
        ticket_id,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
