with source as (
    select * from {{ source('hubspot', 'tickets') }}
),

versions as (
    select
        ticket_id,
        subject,
        pipeline_id,
        stage_id,
        priority,
        category,
        source_type,
        opened_at,
        closed_at,
        first_agent_reply_at,
        time_to_close_milliseconds,
        time_to_first_agent_reply_milliseconds,
        owner_id,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['ticket_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        ticket_id,
        subject,
        pipeline_id,
        stage_id,
        priority,
        category,
        source_type,
        opened_at,
        closed_at,
        first_agent_reply_at,
        time_to_close_milliseconds,
        time_to_first_agent_reply_milliseconds,
        owner_id,
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
