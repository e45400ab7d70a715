{{ config(materialized='view') }}

with weekdays as (
    select * from {{ ref('int_business_days') }}
),

schedule as (
    select * from {{ ref('business_hours') }}
),

holidays as (
    select * from {{ ref('holidays') }}
),

opening_times as (
    select
        {{ instant_on_clock('weekdays.starts_at', 'schedule.opens', 'schedule.timezone') }} as opens_at,
        {{ instant_on_clock('weekdays.starts_at', 'schedule.closes', 'schedule.timezone') }} as closes_at,
        coalesce(schedule.timezone, '{{ var("timezone") }}') as timezone,
        schedule.calendar
    from weekdays
    inner join schedule
        on
            weekdays.weekday_number = schedule.weekday
            and weekdays.day >= schedule.valid_from
            and (schedule.valid_to is null or weekdays.day < schedule.valid_to)
),

-- a day of every year is written MM-DD, a day of one year YYYY-MM-DD
holiday_days as (
    select
        holidays.calendar,
        holidays.timezone,
        weekdays.starts_at,
        weekdays.ends_at
    from weekdays
    inner join holidays
        on
            substring(cast(weekdays.day as {{ dbt.type_string() }}), 6, 5) = right(holidays.day, 5)
            and holidays.day in (cast(weekdays.day as {{ dbt.type_string() }}), right(holidays.day, 5))
            and weekdays.day >= holidays.valid_from
            and (holidays.valid_to is null or weekdays.day < holidays.valid_to)
),

-- from midnight to midnight on the holiday's own clock, which need not be that of the opening time
holidays_met as (
    select
        opening_times.opens_at,
        opening_times.closes_at,
        {{ instant_in_zone('holiday_days.starts_at', 'coalesce(holiday_days.timezone, opening_times.timezone)') }} as starts_at,
        {{ instant_in_zone('holiday_days.ends_at', 'coalesce(holiday_days.timezone, opening_times.timezone)') }} as ends_at
    from opening_times
    inner join holiday_days on opening_times.calendar = holiday_days.calendar
),

closures as (
    select
        opens_at,
        closes_at,
        greatest(opens_at, starts_at) as closed_from,
        least(closes_at, ends_at) as closed_until,
        max(least(closes_at, ends_at)) over (
            partition by opens_at, closes_at order by starts_at, ends_at rows between unbounded preceding and 1 preceding
        ) as closed_before_until
    from holidays_met
    where starts_at < closes_at and ends_at > opens_at
),

-- what is left of an opening time: all of it, what lies before each closure, what lies after the last
open_times as (
    select
        opening_times.opens_at,
        opening_times.closes_at
    from opening_times
    left join closures on opening_times.opens_at = closures.opens_at and opening_times.closes_at = closures.closes_at
    where closures.opens_at is null
    union all
    select
        coalesce(closed_before_until, opens_at) as opens_at,
        closed_from as closes_at
    from closures
    where closed_from > coalesce(closed_before_until, opens_at)
    union all
    select
        max(closed_until) as opens_at,
        closes_at
    from closures
    group by opens_at, closes_at
    having max(closed_until) < closes_at
)

select * from open_times
