-- Else a customer or money has appeared or vanished between two months, and the ladder over several months lies.
with months as (
    select
        month,
        sum(opening_customers) as opening_customers,
        sum(closing_customers) as closing_customers,
        sum(opening_mrr) as opening_mrr,
        sum(closing_mrr) as closing_mrr
    from {{ ref('churn_by_month') }}
    group by month
),

spine as (
    select * from {{ ref('int_subscription_months') }}
),

-- from the spine: a month without any customer has no row of its own
every_month as (
    select
        spine.month,
        coalesce(months.opening_customers, 0) as opening_customers,
        coalesce(months.opening_mrr, 0) as opening_mrr,
        lag(coalesce(months.closing_customers, 0), 1, 0) over (order by spine.month) as previous_closing_customers,
        lag(coalesce(months.closing_mrr, 0), 1, 0) over (order by spine.month) as previous_closing_mrr
    from spine
    left join months on spine.month = months.month
)

select *
from every_month
where opening_customers <> previous_closing_customers or abs(opening_mrr - previous_closing_mrr) >= 0.005
