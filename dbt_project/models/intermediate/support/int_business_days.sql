with contacts as (
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
)

select * from weekdays
