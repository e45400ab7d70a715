with days as (
    select * from {{ ref('int_business_days') }}
),

opening_times as (
    select * from {{ ref('int_opening_times') }}
),

-- cut at UTC midnight, so that an instant finds the opening times of its day by equality
by_day as (
    select
        days.day,
        days.starts_at,
        days.ends_at,
        greatest(coalesce(opening_times.opens_at, days.starts_at), days.starts_at) as opens_at,
        least(coalesce(opening_times.closes_at, days.starts_at), days.ends_at) as closes_at
    from days
    left join opening_times on days.ends_at > opening_times.opens_at and days.starts_at < opening_times.closes_at
),

measured as (
    select
        *,
        {{ elapsed_seconds('opens_at', 'closes_at') }} as open_seconds
    from by_day
),

accumulated as (
    select
        day,
        opens_at,
        open_seconds,
        sum(open_seconds) over (order by day, opens_at rows between unbounded preceding and current row) - open_seconds
            as open_seconds_before,
        case when lag(opens_at) over (partition by day order by opens_at) is null then starts_at else opens_at end as holds_from,
        coalesce(lead(opens_at) over (partition by day order by opens_at), ends_at) as holds_until
    from measured
)

select * from accumulated
