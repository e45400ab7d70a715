with source as (
    select * from {{ source('intercom', 'conversation_ratings') }}
),

versions as (
    select
        rating_id,
        conversation_id,
        survey_id,
        question_id,
        updated_at,
        score,
        comment,
        requested_at,
        answered_at,
        contact_id,
        contact_external_id,
        contact_count,
        source_type,
        admin_id,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['rating_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        rating_id,
        conversation_id,
        survey_id,
        question_id,
        updated_at,
        score,
        comment,
        requested_at,
        answered_at,
        contact_id,
        contact_external_id,
        contact_count,
        source_type,
        admin_id,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
