-- a subscription that ends when it starts, or before, was never active, and its end is no leaving
with subscriptions as (
    select
        identities.customer_key,
        nullif(trim(subscriptions.plan), '') as plan,
        subscriptions.mrr,
        subscriptions.mrr_at_current_rates,
        subscriptions.ended_at,
        coalesce(subscriptions.ended_at >= {{ as_of() }}, true) as is_active,
        row_number() over (
            partition by identities.customer_key
            order by
                case when coalesce(subscriptions.ended_at >= {{ as_of() }}, true) then 0 else 1 end,
                subscriptions.mrr desc,
                subscriptions.subscription_id
        ) as plan_rank
    from {{ ref('int_subscriptions_converted') }} as subscriptions
    inner join {{ ref('int_customer_identities') }} as identities on subscriptions.customer_node = identities.node
    where
        subscriptions.started_at < {{ as_of() }}
        and (subscriptions.ended_at is null or subscriptions.ended_at > subscriptions.started_at)
),

plans as (
    select
        customer_key,
        max(case when is_active and plan_rank = 1 then plan end) as plan,
        sum(case when is_active then mrr else 0 end) as mrr,
        sum(case when is_active then mrr_at_current_rates else 0 end) as mrr_at_current_rates,
        case when max(case when is_active then 1 else 0 end) = 0 then max(ended_at) end as churned_at
    from subscriptions
    group by customer_key
)

select * from plans
