{{ config(materialized='view') }}

with tickets as (
    select * from {{ ref('stg_zendesk__tickets') }}
    where status <> 'deleted'
),

ticket_groups as (
    select group_id, name from {{ ref('stg_zendesk__groups') }}
),

-- the vendor tells durations: to the minute, and of messaging to the second
timed as (
    select
        *,
        status in ('solved', 'closed') as is_resolved,
        channel like 'answer_bot%' and coalesce(replies, 0) = 0 as is_bot,
        coalesce(reply_seconds, 60 * reply_minutes) as seconds_to_reply
    from tickets
),

-- a ticket is with one agent or group at least: what is more are transfers, and going from a group to its agent is none
mapped as (
    select
        'zendesk' as source,
        timed.ticket_id as contact_id,
        cast(null as {{ dbt.type_string() }}) as case_id,
        {{ customer_node(zendesk='timed.requester_id') }} as customer_node,
        case
            when timed.channel in ('web', 'help_center', 'mobile', 'mobile_sdk', 'web_form', 'web_widget') then 'web'
            when timed.channel in ('chat', 'chat_transcript', 'native_messaging', 'messaging', 'web_messaging') then 'chat'
            when timed.channel in ('voice', 'phone') then 'phone'
            when timed.channel like 'answer_bot%' then 'bot'
            else lower(timed.channel)
        end as channel,
        lower(coalesce(timed.topic, timed.ticket_type)) as topic,
        ticket_groups.name as team,
        timed.assignee_id as agent_id,
        coalesce(timed.call_direction = 'outbound', false) as is_outbound,
        false as is_abandoned,
        coalesce(timed.is_bot, false) as is_bot,
        timed.is_resolved,
        timed.opened_at,
        {{ dbt.dateadd('second', 'timed.seconds_to_reply', 'timed.opened_at') }} as first_reply_at,
        case when timed.is_resolved then timed.solved_at end as resolved_at,
        cast(null as double) as wait_seconds,
        cast(null as double) as talk_seconds,
        cast(null as double) as hold_seconds,
        cast(null as double) as wrap_seconds,
        timed.replies as agent_replies,
        cast(null as bigint) as customer_replies,
        timed.reopens as reopen_count,
        case
            when timed.assignee_stations is not null or timed.group_stations is not null
                then greatest(coalesce(timed.assignee_stations, 1), coalesce(timed.group_stations, 1), 1) - 1
        end as transfer_count
    from timed
    left join ticket_groups on timed.group_id = ticket_groups.group_id
)

select * from mapped
