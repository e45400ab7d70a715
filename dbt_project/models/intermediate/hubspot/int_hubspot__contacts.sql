{{ config(materialized='view') }}

with tickets as (
    select * from {{ ref('stg_hubspot__tickets') }}
),

owners as (
    select * from {{ ref('stg_hubspot__owners') }}
),

associations as (
    select * from {{ ref('stg_hubspot__associations') }}
),

ticket_contacts as (
    select
        from_id as ticket_id,
        min(to_id) as hubspot_contact_id
    from associations
    where from_type in ('ticket', 'tickets') and to_type in ('contact', 'contacts')
    group by from_id
),

mapped as (
    select
        'hubspot' as source,
        tickets.ticket_id as contact_id,
        cast(null as {{ dbt.type_string() }}) as case_id,
        {{ customer_node(hubspot='ticket_contacts.hubspot_contact_id') }} as customer_node,
        case tickets.source_type
            when 'EMAIL' then 'email' when 'FORM' then 'web' when 'CHAT' then 'chat' when 'PHONE' then 'phone'
            else lower(tickets.source_type)
        end as channel,
        lower(tickets.category) as topic,
        owners.team_name as team,
        tickets.owner_id as agent_id,
        false as is_outbound,
        false as is_abandoned,
        false as is_bot,
        tickets.closed_at is not null as is_resolved,
        tickets.opened_at,
        tickets.first_agent_reply_at as first_reply_at,
        tickets.closed_at as resolved_at,
        cast(null as double) as wait_seconds,
        cast(null as double) as talk_seconds,
        cast(null as double) as hold_seconds,
        cast(null as double) as wrap_seconds,
        cast(null as bigint) as agent_replies,
        cast(null as bigint) as customer_replies,
        cast(null as bigint) as reopen_count,
        cast(null as bigint) as transfer_count
    from tickets
    left join owners on tickets.owner_id = owners.owner_id
    left join ticket_contacts on tickets.ticket_id = ticket_contacts.ticket_id
    where not coalesce(tickets.archived, false)
)

select * from mapped
