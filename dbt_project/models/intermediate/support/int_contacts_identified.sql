{{ grows_by('int_contacts_touched', contact_key()) }}

with contacts as (
    select * from {{ ref('int_contacts_unioned') }} as unioned
    {{ only_those_in('int_contacts_touched', 'unioned', contact_key()) }}
),

nodes as (
    select node, customer_key, segment from {{ ref('int_customer_nodes') }}
),

identified as (
    select
        contacts.source,
        contacts.contact_id,
        contacts.case_id,
        nodes.customer_key,
        coalesce(nodes.segment, 'unknown') as segment,
        contacts.channel,
        contacts.topic,
        contacts.team,
        contacts.agent_id,
        contacts.is_outbound,
        contacts.is_abandoned,
        contacts.is_bot,
        contacts.is_resolved,
        contacts.opened_at,
        contacts.first_reply_at,
        contacts.resolved_at,
        contacts.wait_seconds,
        contacts.talk_seconds,
        contacts.hold_seconds,
        contacts.wrap_seconds,
        contacts.agent_replies,
        contacts.customer_replies,
        contacts.reopen_count,
        contacts.transfer_count,
        nodes.customer_key is not null and not contacts.is_abandoned and not contacts.is_outbound as is_eligible_for_fcr
    from contacts
    left join nodes on contacts.customer_node = nodes.node
)

select * from identified
