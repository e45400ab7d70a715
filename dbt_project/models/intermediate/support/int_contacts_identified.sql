with contacts as (
    select * from {{ ref('int_contacts_unioned') }}
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

customers as (
    select customer_key, segment from {{ ref('int_customer_attributes') }}
),

identified as (
    select
        contacts.source,
        contacts.contact_id,
        contacts.case_id,
        identities.customer_key,
        coalesce(customers.segment, 'unknown') as segment,
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
        identities.customer_key is not null and not contacts.is_abandoned and not contacts.is_outbound as is_eligible_for_fcr
    from contacts
    left join identities on contacts.customer_node = identities.node
    left join customers on identities.customer_key = customers.customer_key
)

select * from identified
