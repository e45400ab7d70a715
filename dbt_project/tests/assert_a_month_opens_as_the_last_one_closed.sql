-- Else a customer or money has appeared or vanished between two months, and the ladder over several months lies. By segment and country,
-- which a customer has for good; a plan is changed, so by plan a month need not open as the last one closed.
with months as (
    select
        month,
        segment,
        country,
        sum(opening_customers) as opening_customers,
        sum(closing_customers) as closing_customers,
        sum(opening_mrr) as opening_mrr,
        sum(closing_mrr) as closing_mrr
    from {{ ref('churn_by_month') }}
    group by month, segment, country
),

cuts as (
    select segment, country
    from months
    group by segment, country
),

-- from the spine: a month without any customer has no row of its own
spine as (
    select
        spans.month,
        cuts.segment,
        cuts.country
    from {{ ref('int_subscription_months') }} as spans
    cross join cuts
),

every_month as (
    select
        spine.month,
        spine.segment,
        spine.country,
        coalesce(months.opening_customers, 0) as opening_customers,
        coalesce(months.opening_mrr, 0) as opening_mrr,
        lag(coalesce(months.closing_customers, 0), 1, 0) over (partition by spine.segment, spine.country order by spine.month)
            as previous_closing_customers,
        lag(coalesce(months.closing_mrr, 0), 1, 0) over (partition by spine.segment, spine.country order by spine.month)
            as previous_closing_mrr
    from spine
    left join months on spine.month = months.month and spine.segment = months.segment and spine.country = months.country
)

select *
from every_month
where opening_customers <> previous_closing_customers or abs(opening_mrr - previous_closing_mrr) >= 0.005
