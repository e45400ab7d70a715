-- the days whose figures change: of every touched contact the day that it had and the day that it has
with touched as (
    select * from {{ ref('int_contacts_touched') }}
),

known as (
    select known.day
    from {{ before('fct_contacts', database='marts', schema='marts') }} as known
    inner join touched on known.contact_key = touched.contact_key
),

incoming as (
    select {{ local_date('contacts.opened_at') }} as day
    from {{ ref('int_contacts_identified') }} as contacts
    inner join touched on {{ same_key('contacts', 'touched', contact_key()) }}
),

days as (
    select day from known
    union
    select day from incoming
)

select * from days
