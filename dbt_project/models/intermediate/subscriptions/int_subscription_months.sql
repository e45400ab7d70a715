with subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

first_month as (
    select min(started_month) as month
    from subscriptions
),

numbers as (
    select series.generated_number from ({{ dbt.generate_series(2048) }}) as series
),

months as (
    select
        cast({{ dbt.dateadd('month', 'cast(numbers.generated_number as integer) - 1', 'first_month.month') }} as date) as month,
        cast({{ dbt.dateadd('month', 'cast(numbers.generated_number as integer)', 'first_month.month') }} as date) as next_month
    from first_month
    cross join numbers
    where first_month.month is not null
),

bounded as (
    select
        month,
        next_month,
        {{ instant_of_local('month') }} as opens_at,
        {{ instant_of_local('next_month') }} as ends_at
    from months
)

select
    month,
    next_month,
    opens_at,
    ends_at,
    least(ends_at, {{ as_of() }}) as closes_at,
    case
        when {{ dbt.dateadd('day', var('churn_grace_days'), 'ends_at') }} > {{ as_of() }} then 'provisional'
        else 'final'
    end as status
from bounded
where opens_at < {{ as_of() }}
