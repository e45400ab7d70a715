{{ config(materialized='view') }}

-- of every version that ever came: a user who was deleted, or merged into another, is emptied, and the tickets of before keep
-- the person by what was known then
with users as (
    select
        user_id,
        external_id,
        email,
        role,
        has_phone
    from {{ source('zendesk', 'users') }}
    group by 1, 2, 3, 4, 5
),

-- Zendesk makes a user of each visitor who gives no name; nothing tells whether two of them are one person, or a customer
end_users as (
    select * from users
    where role = 'end-user' and (email is not null or external_id is not null or has_phone)
),

-- whoever was merged into another left the address to that one
addresses as (
    select
        identities.user_id,
        identities.email
    from {{ ref('stg_zendesk__user_identities') }} as identities
    inner join end_users on identities.user_id = end_users.user_id
    group by 1, 2
),

ticket_requesters as (
    select tickets.requester_id as user_id
    from {{ ref('stg_zendesk__tickets') }} as tickets
    left join users on tickets.requester_id = users.user_id
    where users.user_id is null
    group by 1
),

pairs as (
    select
        {{ identity_node('zendesk', 'user_id') }} as node,
        {{ identity_node('company', 'external_id') }} as other_node
    from end_users
    union all
    select
        {{ identity_node('zendesk', 'user_id') }} as node,
        {{ identity_node('email', 'email') }} as other_node
    from end_users
    union all
    select
        {{ identity_node('company', 'external_id') }} as node,
        {{ identity_node('email', 'email') }} as other_node
    from end_users
    union all
    select
        {{ identity_node('zendesk', 'user_id') }} as node,
        {{ identity_node('email', 'email') }} as other_node
    from addresses
    union all
    select
        {{ identity_node('zendesk', 'user_id') }} as node,
        {{ identity_node('zendesk', 'user_id') }} as other_node
    from ticket_requesters
)

select * from pairs
