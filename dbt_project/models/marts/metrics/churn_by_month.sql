with parts as (
    select * from {{ ref('int_mrr_ladder_parts') }}
),

months as (
    select * from {{ ref('int_subscription_months') }}
),

-- sums stay decimal here: exact to the cent
summed as (
    select
        month,
        segment,
        plan,
        country,
        sum(case when part = 'opening' then customers else 0 end) as opening_customers,
        sum(case when part = 'new' then customers else 0 end) as new_customers,
        sum(case when part = 'reactivation' then customers else 0 end) as reactivated_customers,
        sum(case when part = 'churn' then customers else 0 end) as churned_customers,
        sum(case when churn_kind = 'voluntary' then customers else 0 end) as churned_voluntary,
        sum(case when churn_kind = 'involuntary' then customers else 0 end) as churned_involuntary,
        sum(case when part = 'opening' then mrr else 0 end) as opening_mrr,
        sum(case when part = 'new' then mrr else 0 end) as new_mrr,
        sum(case when part = 'expansion' then mrr else 0 end) as expansion_mrr,
        sum(case when part = 'reactivation' then mrr else 0 end) as reactivation_mrr,
        sum(case when part = 'contraction' then mrr else 0 end) as contraction_mrr,
        sum(case when part = 'churn' then mrr else 0 end) as churned_mrr
    from parts
    group by month, segment, plan, country
),

-- every row closes by its own moves; that it closes as the next month opens is asserted over all rows
closed as (
    select
        *,
        opening_customers + new_customers + reactivated_customers - churned_customers as closing_customers,
        opening_mrr + new_mrr + expansion_mrr + reactivation_mrr - contraction_mrr - churned_mrr as closing_mrr
    from summed
),

rated as (
    select
        closed.month,
        closed.segment,
        closed.plan,
        closed.country,
        cast(closed.opening_customers as bigint) as opening_customers,
        cast(closed.new_customers as bigint) as new_customers,
        cast(closed.reactivated_customers as bigint) as reactivated_customers,
        cast(closed.churned_customers as bigint) as churned_customers,
        cast(closed.churned_voluntary as bigint) as churned_voluntary,
        cast(closed.churned_involuntary as bigint) as churned_involuntary,
        cast(closed.closing_customers as bigint) as closing_customers,
        cast(closed.opening_mrr as double) as opening_mrr,
        cast(closed.new_mrr as double) as new_mrr,
        cast(closed.expansion_mrr as double) as expansion_mrr,
        cast(closed.reactivation_mrr as double) as reactivation_mrr,
        cast(closed.contraction_mrr as double) as contraction_mrr,
        cast(closed.churned_mrr as double) as churned_mrr,
        cast(closed.closing_mrr as double) as closing_mrr,
        {{ safe_ratio('closed.churned_customers', 'closed.opening_customers') }} as logo_churn_rate,
        {{ safe_ratio('(closed.churned_mrr + closed.contraction_mrr)', 'closed.opening_mrr') }} as gross_mrr_churn_rate,
        {{ safe_ratio(
            '(closed.churned_mrr + closed.contraction_mrr - closed.expansion_mrr - closed.reactivation_mrr)',
            'closed.opening_mrr'
        ) }} as net_mrr_churn_rate,
        {{ safe_ratio('(closed.churned_mrr + closed.contraction_mrr - closed.expansion_mrr)', 'closed.opening_mrr') }}
            as net_mrr_churn_rate_without_reactivation,
        {{ safe_ratio('closed.churned_voluntary', 'closed.opening_customers') }} as voluntary_logo_churn_rate,
        {{ safe_ratio('closed.churned_involuntary', 'closed.opening_customers') }} as involuntary_logo_churn_rate,
        months.status
    from closed
    inner join months on closed.month = months.month
)

select * from rated
