-- A fan-out or a lost cut in either support mart would change every rate in it without a sign.
with counted as (
    select
        (select count(*) from {{ ref('fct_contacts') }}) as contacts,
        (select coalesce(sum(contacts), 0) from {{ ref('fcr_by_day') }}) as fcr_contacts,
        (select coalesce(sum(contacts), 0) from {{ ref('service_levels_by_day') }}) as service_contacts,
        (select count(*) from {{ ref('int_contacts_unioned') }}) as unioned_contacts
)

select *
from counted
where contacts <> fcr_contacts or contacts <> service_contacts or contacts <> unioned_contacts
