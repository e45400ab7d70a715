-- Else a customer has been lost between two months, and the ladder over several months lies.
with months as (
    select
        month,
        sum(opening_customers) as opening_customers,
        sum(closing_customers) as closing_customers
    from {{ ref('inactivity_by_month') }}
    group by month
),

compared as (
    select
        next_months.month,
        months.closing_customers,
        coalesce(next_months.opening_customers, 0) as opening_customers
    from months
    left join months as next_months on next_months.month = {{ dbt.dateadd('month', 1, 'months.month') }}
    where months.month < (select max(last_month.month) from months as last_month)
)

select *
from compared
where closing_customers <> opening_customers
