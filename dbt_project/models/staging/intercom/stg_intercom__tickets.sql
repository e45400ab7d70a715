with source as (
    select * from {{ source('intercom', 'tickets') }}
),

versions as (
    select
        ticket_id,
        ticket_number,
        category,
        ticket_type,
        state,
        is_open,
        is_shared,
        created_at,
        updated_at,
        snoozed_until,
        admin_assignee_id,
        team_assignee_id,
        contact_id,
        contact_external_id,
        contact_count,
        linked_conversation_ids,
        first_admin_reply_at,
        resolved_at,
        reopen_count,
        agent_replies,
        customer_replies,
        ticket_attributes,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['ticket_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        ticket_id,
        ticket_number,
        category,
        ticket_type,
        state,
        is_open,
        is_shared,
        created_at,
        updated_at,
        snoozed_until,
        admin_assignee_id,
        team_assignee_id,
        contact_id,
        contact_external_id,
        contact_count,
        linked_conversation_ids,
        first_admin_reply_at,
        resolved_at,
        reopen_count,
        agent_replies,
        customer_replies,
        ticket_attributes,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
