with spans as (
    select * from {{ ref('int_activity_spans') }}
),

customers as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

numbers as (
    select series.generated_number from ({{ dbt.generate_series(2048) }}) as series
),

span_of_months as (
    select min(customer_first_month) as first_month from spans
),

months as (
    select
        cast({{ dbt.dateadd('month', 'cast(numbers.generated_number as integer) - 1', 'span_of_months.first_month') }} as date) as month,
        cast({{ dbt.dateadd('month', 'cast(numbers.generated_number as integer)', 'span_of_months.first_month') }} as date) as next_month
    from span_of_months
    cross join numbers
    where span_of_months.first_month is not null
),

-- what comes late may still take an inactivity back
judged_months as (
    select
        month,
        case
            when {{ dbt.dateadd('day', var('churn_grace_days'), instant_of_local('next_month')) }} > {{ as_of() }} then 'provisional'
            else 'final'
        end as status
    from months
    where month <= {{ last_reported_day() }}
),

neighbours as (
    select
        spans.first_month,
        spans.last_month,
        spans.customer_first_month,
        lag(spans.last_month) over (partition by spans.customer_key order by spans.first_month) as previous_last_month,
        lead(spans.first_month) over (partition by spans.customer_key order by spans.first_month) as next_first_month,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.country, 'unknown') as country
    from spans
    left join customers on spans.customer_key = customers.customer_key
),

-- customers whose spans are alike are one row before their months are told
alike as (
    select
        first_month,
        last_month,
        segment,
        country,
        count(*) as customers
    from neighbours
    group by first_month, last_month, segment, country
),

-- who falls silent and is back within one month was there at both its ends, and moves in none
parts as (
    select
        judged_months.month,
        alike.segment,
        alike.country,
        'opening' as part,
        alike.customers
    from alike
    inner join judged_months
        on alike.first_month < judged_months.month and (alike.last_month is null or alike.last_month >= judged_months.month)
    union all
    select
        first_month as month,
        segment,
        country,
        case when customer_first_month < first_month then 'returned' else 'new' end as part,
        1 as customers
    from neighbours
    where previous_last_month is null or previous_last_month < first_month
    union all
    select
        last_month as month,
        segment,
        country,
        'inactive' as part,
        1 as customers
    from neighbours
    where last_month is not null and (next_first_month is null or next_first_month > last_month)
),

summed as (
    select
        month,
        segment,
        country,
        cast(sum(case when part = 'opening' then customers else 0 end) as bigint) as opening_customers,
        cast(sum(case when part = 'new' then customers else 0 end) as bigint) as new_customers,
        cast(sum(case when part = 'returned' then customers else 0 end) as bigint) as returned_customers,
        cast(sum(case when part = 'inactive' then customers else 0 end) as bigint) as inactive_customers
    from parts
    group by month, segment, country
),

rated as (
    select
        summed.month,
        summed.segment,
        summed.country,
        summed.opening_customers,
        summed.new_customers,
        summed.returned_customers,
        summed.inactive_customers,
        summed.opening_customers + summed.new_customers + summed.returned_customers - summed.inactive_customers as closing_customers,
        {{ safe_ratio('summed.inactive_customers', 'summed.opening_customers') }} as logo_churn_rate_inactive,
        judged_months.status
    from summed
    inner join judged_months on summed.month = judged_months.month
)

select * from rated
