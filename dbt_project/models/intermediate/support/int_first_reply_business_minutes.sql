{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_to_judge') }}
),

business_hours as (
    select * from {{ ref('int_business_hours') }}
),

-- open time between two instants = open time before the later one - open time before the earlier one
instants as (
    select
        source,
        contact_id,
        first_reply_at as instant,
        1 as sign
    from contacts
    where first_reply_at is not null
    union all
    select
        source,
        contact_id,
        opened_at as instant,
        -1 as sign
    from contacts
    where first_reply_at is not null
),

-- to the microsecond, which instants have: where a day has several opening times, a reply within the same instant would be a few
-- billionths of a second before it
measured as (
    select
        instants.source,
        instants.contact_id,
        round(sum(
            instants.sign * ({{ open_seconds_before('instants.instant') }})
        ), 6) / 60 as first_reply_business_minutes
    from instants
    inner join business_hours on cast(instants.instant as date) = business_hours.day
    group by instants.source, instants.contact_id
)

select * from measured
