with customer_months as (
    select * from {{ ref('int_customer_mrr_by_month') }}
),

customers as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

months as (
    select * from {{ ref('int_subscription_months') }}
),

cut as (
    select
        customer_months.month,
        coalesce(customers.segment, 'unknown') as segment,
        customer_months.plan,
        coalesce(customers.country, 'unknown') as country,
        customer_months.movement,
        customer_months.churn_kind,
        customer_months.is_active_at_start,
        customer_months.is_active_at_end,
        customer_months.opening_mrr,
        customer_months.closing_mrr,
        customer_months.mrr_change
    from customer_months
    left join customers on customer_months.customer_key = customers.customer_key
),

-- sums stay decimal here: exact to the cent
ladders as (
    select
        month,
        segment,
        plan,
        country,
        count(case when is_active_at_start then 1 end) as opening_customers,
        count(case when movement = 'new' then 1 end) as new_customers,
        count(case when movement = 'reactivation' then 1 end) as reactivated_customers,
        count(case when movement = 'churn' then 1 end) as churned_customers,
        count(case when churn_kind = 'voluntary' then 1 end) as churned_voluntary,
        count(case when churn_kind = 'involuntary' then 1 end) as churned_involuntary,
        count(case when is_active_at_end then 1 end) as closing_customers,
        sum(opening_mrr) as opening_mrr,
        sum(case when movement = 'new' then mrr_change else 0 end) as new_mrr,
        sum(case when movement = 'expansion' then mrr_change else 0 end) as expansion_mrr,
        sum(case when movement = 'reactivation' then mrr_change else 0 end) as reactivation_mrr,
        -sum(case when movement = 'contraction' then mrr_change else 0 end) as contraction_mrr,
        -sum(case when movement = 'churn' then mrr_change else 0 end) as churned_mrr,
        sum(closing_mrr) as closing_mrr
    from cut
    group by month, segment, plan, country
),

rated as (
    select
        ladders.month,
        ladders.segment,
        ladders.plan,
        ladders.country,
        ladders.opening_customers,
        ladders.new_customers,
        ladders.reactivated_customers,
        ladders.churned_customers,
        ladders.churned_voluntary,
        ladders.churned_involuntary,
        ladders.closing_customers,
        cast(ladders.opening_mrr as double) as opening_mrr,
        cast(ladders.new_mrr as double) as new_mrr,
        cast(ladders.expansion_mrr as double) as expansion_mrr,
        cast(ladders.reactivation_mrr as double) as reactivation_mrr,
        cast(ladders.contraction_mrr as double) as contraction_mrr,
        cast(ladders.churned_mrr as double) as churned_mrr,
        cast(ladders.closing_mrr as double) as closing_mrr,
        {{ safe_ratio('ladders.churned_customers', 'ladders.opening_customers') }} as logo_churn_rate,
        {{ safe_ratio('(ladders.churned_mrr + ladders.contraction_mrr)', 'ladders.opening_mrr') }} as gross_mrr_churn_rate,
        {{ safe_ratio(
            '(ladders.churned_mrr + ladders.contraction_mrr - ladders.expansion_mrr - ladders.reactivation_mrr)',
            'ladders.opening_mrr'
        ) }} as net_mrr_churn_rate,
        months.status
    from ladders
    inner join months on ladders.month = months.month
)

select * from rated
