{%- set waiting_since = dbt.dateadd('hour', -var('fcr_window_hours'), as_of_before()) -%}
{#- how far apart two contacts tell of each other: as a repeat (int_contacts_judged), or after a bot (int_bot_sessions_escalated) -#}
{%- set hours = [var('fcr_window_hours'), var('bot_escalation_hours')] | max -%}

-- the contacts to judge and write again: a verdict is about the contacts of a customer that are near in time, and those that were
-- pending are judged by now
with changes as (
    select source, contact_id from {{ ref('int_contact_changes') }}
),

nodes as (
    select node, customer_key_before, customer_key from {{ ref('int_customer_node_changes') }}
),

known as (
    select source, contact_id, customer_key, opened_at from {{ before('int_contacts_identified') }}
),

contacts as (
    select
        contacts.source,
        contacts.contact_id,
        nodes.customer_key,
        contacts.opened_at
    from {{ ref('int_contacts_unioned') }} as contacts
    left join {{ ref('int_customer_nodes') }} as nodes on contacts.customer_node = nodes.node
),

-- when and with whom something has changed: what was and what is
told as (
    select known.customer_key, known.opened_at
    from known
    inner join changes on {{ same_key('known', 'changes', contact_key()) }}
    union
    select contacts.customer_key, contacts.opened_at
    from contacts
    inner join changes on {{ same_key('contacts', 'changes', contact_key()) }}
),

customers as (
    select customer_key_before as customer_key from nodes
    union
    select customer_key from nodes
),

-- what has neither changed nor another customer is as it was known
touched as (
    select source, contact_id from changes
    union
    select known.source, known.contact_id
    from known
    inner join told
        on
            known.customer_key = told.customer_key
            and known.opened_at >= {{ dbt.dateadd('hour', -hours, 'told.opened_at') }}
            and known.opened_at <= {{ dbt.dateadd('hour', hours, 'told.opened_at') }}
    union
    select known.source, known.contact_id
    from known
    inner join customers on known.customer_key = customers.customer_key
    union
    select contacts.source, contacts.contact_id
    from contacts
    inner join customers on contacts.customer_key = customers.customer_key
    union
    select source, contact_id
    from known
    where customer_key is not null and opened_at >= {{ waiting_since }}
),

keyed as (
    select
        source,
        contact_id,
        {{ contact_hmac() }} as contact_key
    from touched
)

select * from keyed
