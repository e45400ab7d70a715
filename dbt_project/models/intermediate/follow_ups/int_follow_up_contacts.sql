-- a table: what follow_ups joins must not be sorted and held in memory all at once
with cases as (
    select * from {{ ref('int_follow_up_cases') }} as known
    {{ only_those_in('int_follow_ups_touched', 'known', ['response_key']) }}
),

agent_contacts as (
    select * from {{ ref('int_agent_contacts') }}
),

business_hours as (
    select * from {{ ref('int_business_hours') }}
),

contacted as (
    select
        cases.response_key,
        cases.submitted_at,
        min(agent_contacts.contacted_at) as first_contacted_at,
        coalesce(
            min(case when agent_contacts.is_outbound then agent_contacts.contacted_at end) = min(agent_contacts.contacted_at), false
        ) as is_first_contact_outbound,
        min(agent_contacts.solved_at) as closed_at
    from cases
    inner join agent_contacts
        on cases.customer_key = agent_contacts.customer_key and cases.submitted_at < agent_contacts.contacted_at
    group by cases.response_key, cases.submitted_at
),

waited as (
    select
        contacted.response_key,
        contacted.first_contacted_at,
        contacted.is_first_contact_outbound,
        contacted.closed_at,
        {{ open_seconds_between('contacted.submitted_at', 'contacted.first_contacted_at', 'at_answer', 'at_contact') }} as open_seconds
    from contacted
    left join business_hours as at_answer on {{ hold_at('contacted.submitted_at', 'at_answer') }}
    left join business_hours as at_contact on {{ hold_at('contacted.first_contacted_at', 'at_contact') }}
)

select * from waited
