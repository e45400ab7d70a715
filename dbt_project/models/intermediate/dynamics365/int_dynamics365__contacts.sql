{{ config(materialized='view') }}

with cases as (
    select * from {{ ref('int_dynamics365__cases') }}
),

conversations as (
    select * from {{ ref('stg_dynamics365__conversations') }}
    where not is_deleted
),

phonecalls as (
    select * from {{ ref('stg_dynamics365__phonecalls') }}
    where not is_deleted and state_code = 1
),

emails as (
    select
        *,
        coalesce(sent_at, created_at) as told_at
    from {{ ref('stg_dynamics365__emails') }}
    where not is_deleted and state_code = 1 and regarding_type = 'incident'
),

queues as (
    select * from {{ ref('stg_dynamics365__queues') }}
),

choices as (
    select * from {{ ref('dynamics365_choices') }}
),

talks as (
    select
        conversations.conversation_id as contact_id,
        coalesce(conversations.incident_id, case when conversations.regarding_type = 'incident' then conversations.regarding_id end)
            as incident_id,
        coalesce(
            conversations.customer_id, case when conversations.regarding_type in ('contact', 'account') then conversations.regarding_id end
        ) as customer_id,
        coalesce(channels.meaning, 'chat') as channel,
        -- a private queue is called after its user, in angle brackets: that is no team
        case when queues.name not like '<%' then queues.name end as team,
        conversations.agent_id,
        coalesce(conversations.is_outbound, false) as is_outbound,
        coalesce(conversations.is_abandoned, false) as is_abandoned,
        not coalesce(conversations.is_agent_session, true) as is_bot,
        coalesce(conversations.opened_at, conversations.created_at) as opened_at,
        conversations.first_response_milliseconds,
        conversations.wait_seconds,
        -- handle time that another conversation holds is not counted twice; the vendor's own measure leaves it out too
        case
            when conversations.channel_instance_id is not null then null
            when coalesce(conversations.talk_seconds, conversations.hold_seconds, conversations.wrap_seconds) is null
                then conversations.handle_seconds
            else conversations.talk_seconds
        end as talk_seconds,
        case when conversations.channel_instance_id is null then conversations.hold_seconds end as hold_seconds,
        case when conversations.channel_instance_id is null then conversations.wrap_seconds end as wrap_seconds,
        conversations.transfer_count
    from conversations
    left join queues on conversations.queue_id = queues.queue_id
    left join choices as channels
        on channels.kind = 'conversation_channel' and {{ dbt.split_part('conversations.channel_code', "','", 1) }} = channels.code
),

calls as (
    select
        phonecall_id as contact_id,
        case when regarding_type = 'incident' then regarding_id end as incident_id,
        case when regarding_type in ('contact', 'account') then regarding_id end as customer_id,
        'phone' as channel,
        cast(null as {{ dbt.type_string() }}) as team,
        case when owner_type = 'systemuser' then owner_id end as agent_id,
        coalesce(is_outbound, false) as is_outbound,
        false as is_abandoned,
        false as is_bot,
        coalesce(started_at, created_at) as opened_at,
        cast(null as bigint) as first_response_milliseconds,
        cast(null as bigint) as wait_seconds,
        60 * duration_minutes as talk_seconds,
        cast(null as bigint) as hold_seconds,
        cast(null as bigint) as wrap_seconds,
        cast(null as bigint) as transfer_count
    from phonecalls
),

spoken as (
    select * from talks
    union all
    select * from calls
),

spoken_of_cases as (
    select
        spoken.*,
        cases.case_id,
        owning.customer_id as case_customer_id,
        owning.topic,
        owning.team as case_team,
        owning.is_resolved as case_is_resolved,
        owning.resolved_at as case_resolved_at,
        owning.reopen_count as case_reopen_count,
        case
            when cases.case_id is not null and not spoken.is_outbound
                then row_number() over (partition by cases.case_id, spoken.is_outbound order by spoken.opened_at, spoken.contact_id)
        end as nth_of_case
    from spoken
    left join cases on spoken.incident_id = cases.incident_id
    left join cases as owning on cases.case_id = owning.incident_id
),

-- the e-mails about a case are one contact, which the case itself stands for
threads as (
    select
        cases.case_id,
        count(case when not coalesce(emails.is_outbound, false) then 1 end) as customer_emails,
        count(case when emails.is_outbound then 1 end) as agent_emails,
        min(case when not coalesce(emails.is_outbound, false) then emails.told_at end) as first_customer_email_at,
        min(case when emails.is_outbound and emails.told_at >= cases.opened_at then emails.told_at end) as first_agent_email_at
    from emails
    inner join cases on emails.regarding_id = cases.incident_id
    group by cases.case_id
),

-- a case whose customer called or chatted is counted through that, and through its e-mails too if there are any; a case that
-- has neither stands for the form, letter or visit that it was made of
counted_cases as (
    select
        cases.*,
        threads.customer_emails,
        threads.agent_emails,
        threads.first_customer_email_at,
        threads.first_agent_email_at
    from cases
    left join threads on cases.case_id = threads.case_id
    left join spoken_of_cases as heard on cases.case_id = heard.case_id and heard.nth_of_case = 1
    where
        cases.is_own
        and not coalesce(cases.is_cancelled, false)
        and (heard.contact_id is null or coalesce(threads.customer_emails, 0) > 0)
),

mapped as (
    select
        'dynamics365' as source,
        case_id as contact_id,
        case_id,
        {{ customer_node(dynamics365='customer_id', email='email') }} as customer_node,
        case when customer_emails > 0 then 'email' else channel end as channel,
        topic,
        team,
        agent_id,
        false as is_outbound,
        false as is_abandoned,
        false as is_bot,
        is_resolved,
        case when first_customer_email_at < opened_at then first_customer_email_at else opened_at end as opened_at,
        first_agent_email_at as first_reply_at,
        resolved_at,
        cast(null as double) as wait_seconds,
        cast(null as double) as talk_seconds,
        cast(null as double) as hold_seconds,
        cast(null as double) as wrap_seconds,
        agent_emails as agent_replies,
        customer_emails as customer_replies,
        reopen_count,
        cast(null as bigint) as transfer_count
    from counted_cases
    union all
    -- what a case says of its solution goes with all contacts about it, its reopenings with the first one only
    select
        'dynamics365' as source,
        spoken.contact_id,
        spoken.case_id,
        {{ customer_node(dynamics365='coalesce(spoken.customer_id, spoken.case_customer_id)') }} as customer_node,
        spoken.channel,
        spoken.topic,
        coalesce(spoken.team, spoken.case_team) as team,
        spoken.agent_id,
        spoken.is_outbound,
        spoken.is_abandoned,
        spoken.is_bot,
        case when spoken.is_abandoned then false else spoken.case_is_resolved end as is_resolved,
        spoken.opened_at,
        {{ dbt.dateadd('millisecond', 'cast(spoken.first_response_milliseconds as integer)', 'spoken.opened_at') }} as first_reply_at,
        case when not spoken.is_abandoned then spoken.case_resolved_at end as resolved_at,
        cast(spoken.wait_seconds as double) as wait_seconds,
        cast(spoken.talk_seconds as double) as talk_seconds,
        cast(spoken.hold_seconds as double) as hold_seconds,
        cast(spoken.wrap_seconds as double) as wrap_seconds,
        cast(null as bigint) as agent_replies,
        cast(null as bigint) as customer_replies,
        case when spoken.nth_of_case = 1 and counted_cases.case_id is null then spoken.case_reopen_count end as reopen_count,
        spoken.transfer_count
    from spoken_of_cases as spoken
    left join counted_cases on spoken.case_id = counted_cases.case_id
)

select * from mapped
