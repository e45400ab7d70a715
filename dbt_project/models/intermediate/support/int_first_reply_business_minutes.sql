{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_to_judge') }}
    where first_reply_at is not null
),

business_hours as (
    select * from {{ ref('int_business_hours') }}
),

measured as (
    select
        contacts.source,
        contacts.contact_id,
        {{ open_seconds_between('contacts.opened_at', 'contacts.first_reply_at', 'at_opening', 'at_reply') }} / 60
            as first_reply_business_minutes
    from contacts
    inner join business_hours as at_opening on {{ hold_at('contacts.opened_at', 'at_opening') }}
    inner join business_hours as at_reply on {{ hold_at('contacts.first_reply_at', 'at_reply') }}
)

select * from measured
