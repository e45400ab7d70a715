{%- set waiting_since = dbt.dateadd('hour', -var('fcr_window_hours'), as_of_before()) -%}

-- the contacts to judge and write again: a verdict is about all contacts of a customer, and those that were pending are judged by now
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
        nodes.customer_key
    from {{ ref('int_contacts_unioned') }} as contacts
    left join {{ ref('int_customer_nodes') }} as nodes on contacts.customer_node = nodes.node
),

customers as (
    select known.customer_key
    from known
    inner join changes on {{ same_key('known', 'changes', contact_key()) }}
    union
    select contacts.customer_key
    from contacts
    inner join changes on {{ same_key('contacts', 'changes', contact_key()) }}
    union
    select customer_key_before as customer_key from nodes
    union
    select customer_key from nodes
    union
    select customer_key from known
    where opened_at >= {{ waiting_since }}
),

touched as (
    select source, contact_id from changes
    union
    select known.source, known.contact_id
    from known
    inner join customers on known.customer_key = customers.customer_key
    union
    select contacts.source, contacts.contact_id
    from contacts
    inner join customers on contacts.customer_key = customers.customer_key
),

keyed as (
    select
        source,
        contact_id,
        {{ contact_hmac() }} as contact_key
    from touched
)

select * from keyed
