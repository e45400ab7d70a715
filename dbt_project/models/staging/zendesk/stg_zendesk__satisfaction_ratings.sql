with source as (
    select * from {{ source('zendesk', 'satisfaction_ratings') }}
),

versions as (
    select
        rating_id,
        survey_id,
        question_id,
        ticket_id,
        requester_id,
        assignee_id,
        group_id,
        word,
        score,
        comment,
        reason,
        reason_code,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['rating_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        rating_id,
        survey_id,
        question_id,
        ticket_id,
        requester_id,
        assignee_id,
        group_id,
        word,
        score,
        comment,
        reason,
        reason_code,
        created_at,
        updated_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
