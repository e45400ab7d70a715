with subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

months as (
    select * from {{ ref('int_subscription_months') }}
),

-- just before an instant: begun earlier, not ended earlier
active_in_month as (
    select
        months.month,
        subscriptions.customer_key,
        subscriptions.customer_started_at < months.opens_at as is_known_customer,
        subscriptions.plan,
        subscriptions.mrr,
        subscriptions.plan_rank,
        subscriptions.churn_kind,
        subscriptions.end_rank,
        subscriptions.started_at < months.opens_at as is_open_at_start,
        subscriptions.ended_at is null or subscriptions.ended_at >= months.closes_at as is_open_at_end
    from subscriptions
    inner join months
        on
            subscriptions.started_at < months.closes_at
            and coalesce(subscriptions.ended_at, {{ as_of() }}) >= months.opens_at
),

by_customer as (
    select
        month,
        customer_key,
        is_known_customer,
        max(case when is_open_at_start then 1 else 0 end) = 1 as is_active_at_start,
        max(case when is_open_at_end then 1 else 0 end) = 1 as is_active_at_end,
        coalesce(sum(case when is_open_at_start then mrr end), 0) as opening_mrr,
        coalesce(sum(case when is_open_at_end then mrr end), 0) as closing_mrr,
        {{ first_by('plan', 'case when is_open_at_start then plan_rank end') }} as opening_plan,
        {{ first_by('plan', 'case when is_open_at_end then plan_rank end') }} as closing_plan,
        {{ first_by('churn_kind', 'case when not is_open_at_end then end_rank end') }} as churn_kind
    from active_in_month
    group by month, customer_key, is_known_customer
),

moved as (
    select
        month,
        customer_key,
        coalesce(opening_plan, closing_plan) as plan,
        is_active_at_start,
        is_active_at_end,
        opening_mrr,
        closing_mrr,
        closing_mrr - opening_mrr as mrr_change,
        case
            when not is_active_at_start and not is_known_customer then 'new'
            when not is_active_at_start then 'reactivation'
            when not is_active_at_end then 'churn'
            when closing_mrr > opening_mrr then 'expansion'
            when closing_mrr < opening_mrr then 'contraction'
        end as movement,
        case when is_active_at_start and not is_active_at_end then churn_kind end as churn_kind
    from by_customer
    where is_active_at_start or is_active_at_end
)

select * from moved
