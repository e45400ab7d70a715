with source as (
    select * from {{ source('database', 'contacts') }}
),

versions as (
    select
        contact_id,
        case_id,
        customer_id,
        email,
        channel,
        topic,
        direction,
        opened_at,
        answered_at,
        ended_at,
        first_reply_at,
        resolved_at,
        is_resolved,
        is_abandoned,
        is_bot,
        wait_seconds,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        agent_replies,
        customer_replies,
        reopen_count,
        transfer_count,
        agent_id,
        team,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['contact_id']) }} as version_rank
    from source
),

latest as (
    select
        contact_id,
        case_id,
        customer_id,
        email,
        channel,
        topic,
        direction,
        opened_at,
        answered_at,
        ended_at,
        first_reply_at,
        resolved_at,
        is_resolved,
        is_abandoned,
        is_bot,
        wait_seconds,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        agent_replies,
        customer_replies,
        reopen_count,
        transfer_count,
        agent_id,
        team,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
