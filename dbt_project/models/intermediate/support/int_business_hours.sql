with schedule as (
    select * from {{ ref('business_hours') }}
),

contacts as (
    select * from {{ ref('int_contacts_identified') }}
),

answers as (
    select * from {{ ref('int_survey_answers_scored') }}
),

-- replies are measured from contacts, follow-ups are due after answers
beginnings as (
    select min(opened_at) as begins_at from contacts
    union all
    select min(submitted_at) as begins_at from answers
),

numbers as (
    select series.generated_number from ({{ dbt.generate_series(16384) }}) as series
),

span as (
    select cast({{ dbt.dateadd('day', -1, 'min(begins_at)') }} as date) as first_day
    from beginnings
),

days as (
    select cast({{ dbt.dateadd('day', 'cast(numbers.generated_number as integer) - 1', 'span.first_day') }} as date) as day
    from span
    cross join numbers
    where numbers.generated_number <= {{ dbt.datediff('span.first_day', as_of(), 'day') }} + 1 + {{ var('business_days_ahead') }}
),

-- 1970-01-05 was a Monday
weekdays as (
    select
        day,
        cast(day as timestamp) as starts_at,
        {{ dbt.dateadd('day', 1, 'cast(day as timestamp)') }} as ends_at,
        mod({{ dbt.datediff("cast('1970-01-05' as date)", 'day', 'day') }}, 7) + 1 as weekday_number
    from days
),

opening_times as (
    select
        {{ instant_on_clock('weekdays.starts_at', 'schedule.opens', 'schedule.timezone') }} as opens_at,
        {{ instant_on_clock('weekdays.starts_at', 'schedule.closes', 'schedule.timezone') }} as closes_at
    from weekdays
    inner join schedule
        on
            weekdays.weekday_number = schedule.weekday
            and weekdays.day >= schedule.valid_from
            and (schedule.valid_to is null or weekdays.day < schedule.valid_to)
),

-- cut at UTC midnight, so that an instant finds the opening times of its day by equality
by_day as (
    select
        weekdays.day,
        greatest(coalesce(opening_times.opens_at, weekdays.starts_at), weekdays.starts_at) as opens_at,
        least(coalesce(opening_times.closes_at, weekdays.starts_at), weekdays.ends_at) as closes_at
    from weekdays
    left join opening_times on weekdays.ends_at > opening_times.opens_at and weekdays.starts_at < opening_times.closes_at
),

measured as (
    select
        day,
        opens_at,
        {{ elapsed_seconds('opens_at', 'closes_at') }} as open_seconds,
        row_number() over (partition by day order by opens_at) as position_in_day
    from by_day
),

accumulated as (
    select
        day,
        opens_at,
        open_seconds,
        position_in_day,
        sum(open_seconds) over (order by day, position_in_day rows between unbounded preceding and current row) - open_seconds
            as open_seconds_before
    from measured
),

final as (
    select
        day,
        opens_at,
        open_seconds,
        case when position_in_day = 1 then open_seconds_before else 0.0 end as open_seconds_before_day
    from accumulated
)

select * from final
