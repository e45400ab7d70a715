-- of every touched contact the customer whose it was and the one whose it is
with touched as (
    select * from {{ ref('int_contacts_touched') }}
),

known as (
    select known.customer_key
    from {{ before('fct_contacts', database='marts', schema='marts') }} as known
    inner join touched on known.contact_key = touched.contact_key
),

incoming as (
    select contacts.customer_key
    from {{ ref('int_contacts_identified') }} as contacts
    inner join touched on {{ same_key('contacts', 'touched', contact_key()) }}
),

customers as (
    select customer_key from known
    where customer_key is not null
    union
    select customer_key from incoming
    where customer_key is not null
)

select * from customers
