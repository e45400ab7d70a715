-- Two rows that open at one time of one day would count each minute twice; assert_business_hours_do_not_overlap sees it over zones too,
-- but only on days that have contacts.
with numbered as (
    select
        *,
        coalesce(timezone, '{{ var("timezone") }}') as clock,
        row_number() over (order by weekday, opens, closes, valid_from, valid_to, timezone) as row_index
    from {{ ref('business_hours') }}
)

select
    one.weekday,
    one.opens,
    other.opens as other_opens
from numbered as one
inner join numbered as other
    on
        one.weekday = other.weekday
        and one.clock = other.clock
        and one.row_index < other.row_index
        and one.opens < other.closes
        and one.closes > other.opens
        and (one.valid_to is null or one.valid_to > other.valid_from)
        and (other.valid_to is null or one.valid_from < other.valid_to)
