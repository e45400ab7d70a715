-- Overlapping opening times would count the same minute twice in first_reply_business_minutes.
with hours as (
    select
        day,
        opens_at,
        open_seconds,
        lead(opens_at) over (order by opens_at) as next_opens_at
    from {{ ref('int_business_hours') }}
    where open_seconds > 0
)

select *
from hours
where {{ elapsed_seconds('opens_at', 'next_opens_at') }} < open_seconds
