{{ config(materialized='view') }}

with parts as (
    select * from {{ ref('stg_intercom__conversation_parts') }}
),

-- words may come with opening or closing; notes, and what is said to the next colleague, are no replies
told as (
    select
        conversation_id,
        part_id,
        created_at,
        part_type in ('comment', 'quick_reply') or (part_type in ('open', 'close') and trim(coalesce(body, '')) <> '') as is_reply,
        case
            when author_type = 'bot' or coalesce(is_from_ai_agent, false) then 'bot'
            when author_type = 'admin' then 'agent'
            when author_type in ('user', 'lead', 'contact') then 'customer'
        end as side,
        case when part_type like '%assign%' and assigned_to_type in ('admin', 'team') then assigned_to_type end as assigned_to_type,
        assigned_to_id
    from parts
),

sequenced as (
    select
        conversation_id,
        created_at,
        case when is_reply then side end as replying_side,
        assigned_to_type,
        assigned_to_id,
        lag(assigned_to_id)
            over (partition by conversation_id, assigned_to_type order by created_at, length(part_id), part_id)
            as assigned_before_to_id,
        min(case when is_reply and side = 'bot' then created_at end) over (partition by conversation_id) as bot_replied_at
    from told
),

-- the bot hands over where somebody is put in charge after it has spoken, or a person speaks
handed_over as (
    select
        *,
        min(case when created_at >= bot_replied_at and (assigned_to_type is not null or replying_side = 'agent') then created_at end)
            over (partition by conversation_id)
            as handed_over_at
    from sequenced
),

-- a team and then one of its people is one assignment, not a transfer: the two are counted apart, from the second on
counted as (
    select
        conversation_id,
        min(handed_over_at) as handed_over_at,
        min(case when replying_side = 'agent' then created_at end) as first_agent_reply_at,
        count(case when replying_side = 'bot' then 1 end) as bot_replies,
        count(case when replying_side = 'agent' then 1 end) as agent_replies,
        count(case when replying_side = 'customer' then 1 end) as customer_replies,
        count(case when replying_side = 'customer' and created_at < handed_over_at then 1 end) as customer_replies_to_bot,
        count(case when assigned_to_type = 'admin' and assigned_to_id <> assigned_before_to_id then 1 end) as agent_changes,
        count(case when assigned_to_type = 'team' and assigned_to_id <> assigned_before_to_id then 1 end) as team_changes
    from handed_over
    group by conversation_id
)

select * from counted
