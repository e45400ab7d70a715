-- The list of who moved and the monthly figures are read side by side: they must tell the same story.
with movements as (
    select
        month,
        count(case when movement = 'new' then 1 end) as new_customers,
        count(case when movement = 'churn' then 1 end) as churned_customers,
        sum(mrr_change) as mrr_change
    from {{ ref('fct_subscription_movements') }}
    group by month
),

months as (
    select
        month,
        sum(new_customers) as new_customers,
        sum(churned_customers) as churned_customers,
        sum(closing_mrr) - sum(opening_mrr) as mrr_change
    from {{ ref('churn_by_month') }}
    group by month
)

select months.month
from months
left join movements on months.month = movements.month
where
    months.new_customers <> coalesce(movements.new_customers, 0)
    or months.churned_customers <> coalesce(movements.churned_customers, 0)
    or abs(months.mrr_change - coalesce(movements.mrr_change, 0)) >= 0.005
