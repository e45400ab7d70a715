-- A customer's first stay: from the month of the first subscription to the first month at whose end none is active. Whoever
-- comes back begins another stay, which is reactivation and no longer retention.
with subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

spans as (
    select * from {{ ref('int_customer_mrr_spans') }}
),

-- a month counts when it is over: before that nobody is known to have stayed through it
last_whole_month as (
    select max(month) as month
    from {{ ref('int_subscription_months') }}
    where ends_at <= {{ as_of() }}
),

cohorts as (
    select
        customer_key,
        min(customer_started_month) as cohort_month
    from subscriptions
    group by customer_key
),

chained as (
    select
        customer_key,
        first_month,
        last_month,
        case
            when first_month = lag(last_month) over (partition by customer_key order by first_month) then 0
            else 1
        end as begins_a_stay
    from spans
),

numbered as (
    select
        customer_key,
        first_month,
        last_month,
        sum(begins_a_stay) over (
            partition by customer_key order by first_month rows between unbounded preceding and current row
        ) as stay
    from chained
),

-- an open span has no last month, and makes its stay open
stays as (
    select
        customer_key,
        min(first_month) as first_month,
        case when count(last_month) = count(*) then max(last_month) end as left_month
    from numbered
    where stay = 1
    group by customer_key
),

-- who came and went within the first month was there at no month's end, and left in it
ended as (
    select
        cohorts.customer_key,
        cohorts.cohort_month,
        case when stays.first_month = cohorts.cohort_month then stays.left_month else cohorts.cohort_month end as left_month,
        last_whole_month.month as last_whole_month
    from cohorts
    left join stays on cohorts.customer_key = stays.customer_key
    cross join last_whole_month
    where cohorts.cohort_month <= last_whole_month.month
),

lifetimes as (
    select
        customer_key,
        cohort_month,
        cast({{ dbt.datediff('cohort_month', 'least(coalesce(left_month, last_whole_month), last_whole_month)', 'month') }} as integer)
            as months,
        coalesce(left_month <= last_whole_month, false) as has_left
    from ended
)

select * from lifetimes
