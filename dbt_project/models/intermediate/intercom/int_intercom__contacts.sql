{{ config(materialized='view') }}

with conversations as (
    select * from {{ ref('stg_intercom__conversations') }}
),

replies as (
    select * from {{ ref('int_intercom__conversation_replies') }}
),

teams as (
    select team_id, name from {{ ref('stg_intercom__teams') }}
),

tickets as (
    select * from {{ ref('stg_intercom__tickets') }}
),

-- Without the AI agent, a greeting by a bot is no session of its own: only where nobody else answered until it was closed.
-- The instant of the first reply is told; time_to_admin_reply leaves out what is not office hours. Counts are null until it happens.
attended as (
    select
        conversations.conversation_id,
        conversations.contact_id,
        conversations.state,
        conversations.created_at,
        conversations.last_close_at,
        conversations.first_assignment_at,
        conversations.admin_assignee_id,
        conversations.ai_resolution_state,
        conversations.adjusted_handling_seconds,
        teams.name as team,
        lower({{ dbt.split_part('coalesce(conversations.topic_names, conversations.tag_names)', "'; '", 1) }}) as topic,
        {{ intercom_channel('conversations.source_type') }} as channel,
        coalesce(conversations.delivered_as in ('admin_initiated', 'automated', 'campaigns_initiated'), false) as is_outbound,
        coalesce(conversations.first_admin_reply_at, replies.first_agent_reply_at) as first_reply_at,
        coalesce(conversations.ai_agent_participated, false)
        or (
            conversations.state = 'closed'
            and conversations.first_admin_reply_at is null
            and coalesce(replies.bot_replies > 0 and replies.agent_replies = 0, false)
        ) as has_bot,
        coalesce(conversations.ai_resolution_state = 'routed_to_team', false)
        or coalesce(replies.agent_replies > 0, false)
        or conversations.first_admin_reply_at is not null as has_person,
        replies.handed_over_at,
        case
            when replies.conversation_id is not null then replies.agent_replies
            when conversations.count_conversation_parts = 0 then 0
        end as agent_replies,
        case
            when replies.conversation_id is not null then replies.customer_replies
            when conversations.count_conversation_parts = 0 then 0
        end as customer_replies,
        replies.customer_replies_to_bot,
        greatest(replies.agent_changes, replies.team_changes) as transfer_count,
        case
            when conversations.count_reopens is not null then conversations.count_reopens
            when conversations.last_close_at is not null then 0
        end as reopen_count
    from conversations
    left join replies on conversations.conversation_id = replies.conversation_id
    left join teams on conversations.team_assignee_id = teams.team_id
),

-- what the bot did is one contact, and a person who takes over has one of their own, joined to it as the same case
bot_sessions as (
    select
        conversation_id || ':bot' as contact_id,
        conversation_id as case_id,
        contact_id as intercom_contact_id,
        channel,
        topic,
        cast(null as {{ dbt.type_string() }}) as team,
        cast(null as {{ dbt.type_string() }}) as agent_id,
        is_outbound,
        not has_person and coalesce(ai_resolution_state = 'abandoned', false) as is_abandoned,
        true as is_bot,
        case
            when has_person then false
            when ai_resolution_state in ('assumed_resolution', 'confirmed_resolution') then true
            when ai_resolution_state = 'abandoned' then false
        end as is_resolved,
        created_at as opened_at,
        cast(null as timestamp) as first_reply_at,
        case when not has_person and state = 'closed' then last_close_at end as resolved_at,
        cast(null as double) as talk_seconds,
        cast(null as bigint) as agent_replies,
        case when has_person then customer_replies_to_bot else customer_replies end as customer_replies,
        cast(null as bigint) as reopen_count,
        cast(null as bigint) as transfer_count
    from attended
    where has_bot
),

of_people as (
    select
        conversation_id as contact_id,
        conversation_id as case_id,
        contact_id as intercom_contact_id,
        channel,
        topic,
        team,
        admin_assignee_id as agent_id,
        is_outbound,
        false as is_abandoned,
        false as is_bot,
        state = 'closed' as is_resolved,
        case when has_bot then coalesce(handed_over_at, first_assignment_at, first_reply_at, created_at) else created_at end as opened_at,
        first_reply_at,
        case when state = 'closed' then last_close_at end as resolved_at,
        cast(adjusted_handling_seconds as double) as talk_seconds,
        agent_replies,
        case when has_bot then customer_replies - customer_replies_to_bot else customer_replies end as customer_replies,
        reopen_count,
        transfer_count
    from attended
    where not has_bot or has_person
),

linked_tickets as (
    select {{ unnest_separated('linked_ticket_ids', '; ') }} as ticket_id
    from conversations
),

talked_about as (
    select conversation_id as ticket_id from conversations
    union
    select ticket_id from linked_tickets
),

-- a ticket of a customer is a contact where no conversation is one already: the same id, or linked from either side
of_tickets as (
    select
        'ticket:' || tickets.ticket_id as contact_id,
        tickets.ticket_id as case_id,
        tickets.contact_id as intercom_contact_id,
        'ticket' as channel,
        lower(tickets.ticket_type) as topic,
        teams.name as team,
        tickets.admin_assignee_id as agent_id,
        false as is_outbound,
        false as is_abandoned,
        false as is_bot,
        tickets.state = 'resolved' as is_resolved,
        tickets.created_at as opened_at,
        tickets.first_admin_reply_at as first_reply_at,
        case when tickets.state = 'resolved' then tickets.resolved_at end as resolved_at,
        cast(null as double) as talk_seconds,
        tickets.agent_replies,
        tickets.customer_replies,
        tickets.reopen_count,
        cast(null as bigint) as transfer_count
    from tickets
    left join teams on tickets.team_assignee_id = teams.team_id
    left join talked_about on tickets.ticket_id = talked_about.ticket_id
    where tickets.category = 'Customer' and tickets.linked_conversation_ids is null and talked_about.ticket_id is null
),

unioned as (
    select * from bot_sessions
    union all
    select * from of_people
    union all
    select * from of_tickets
),

mapped as (
    select
        'intercom' as source,
        contact_id,
        case_id,
        {{ customer_node(intercom='intercom_contact_id') }} as customer_node,
        channel,
        topic,
        team,
        agent_id,
        is_outbound,
        is_abandoned,
        is_bot,
        is_resolved,
        opened_at,
        first_reply_at,
        resolved_at,
        cast(null as double) as wait_seconds,
        talk_seconds,
        cast(null as double) as hold_seconds,
        cast(null as double) as wrap_seconds,
        cast(agent_replies as bigint) as agent_replies,
        cast(customer_replies as bigint) as customer_replies,
        cast(reopen_count as bigint) as reopen_count,
        cast(transfer_count as bigint) as transfer_count
    from unioned
)

select * from mapped
