{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_intercom__contacts') }}
),

conversations as (
    select * from {{ ref('stg_intercom__conversations') }}
),

leads as (
    select contact_id from contacts
    where role = 'lead'
),

-- a lead's external_id is made up by Intercom, the company's own numbers are those of users; whoever has neither number nor
-- address is a visit, not a customer
known as (
    select
        contacts.contact_id,
        contacts.email,
        case when leads.contact_id is null then contacts.external_id end as customer_id
    from contacts
    left join leads on contacts.contact_id = leads.contact_id
    where contacts.email is not null or (contacts.external_id is not null and leads.contact_id is null)
),

-- a contact that has been merged into another is found no more, but its conversations are told with the other one
in_conversations as (
    select
        conversations.contact_id,
        conversations.contact_external_id as customer_id
    from conversations
    left join leads on conversations.contact_id = leads.contact_id
    where conversations.contact_external_id is not null and leads.contact_id is null
    group by conversations.contact_id, conversations.contact_external_id
),

authors as (
    select
        author_id,
        author_email
    from conversations
    where author_id is not null and author_email is not null
    group by author_id, author_email
),

pairs as (
    select {{ identity_node('intercom', 'contact_id') }} as node, {{ identity_node('company', 'customer_id') }} as other_node
    from known
    union all
    select {{ identity_node('intercom', 'contact_id') }} as node, {{ identity_node('email', 'email') }} as other_node
    from known
    union all
    select {{ identity_node('company', 'customer_id') }} as node, {{ identity_node('email', 'email') }} as other_node
    from known
    union all
    select {{ identity_node('intercom', 'contact_id') }} as node, {{ identity_node('company', 'customer_id') }} as other_node
    from in_conversations
    union all
    select {{ identity_node('intercom', 'author_id') }} as node, {{ identity_node('email', 'author_email') }} as other_node
    from authors
)

select * from pairs
