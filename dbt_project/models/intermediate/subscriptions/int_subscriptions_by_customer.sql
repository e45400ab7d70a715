with subscriptions as (
    select * from {{ ref('int_subscriptions_converted') }}
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

-- a subscription that ends when it starts, or before, was never active
active as (
    select
        source,
        subscription_id,
        customer_node,
        coalesce(nullif(trim(plan), ''), 'unknown') as plan,
        mrr,
        started_at,
        ended_at,
        started_on,
        case when ended_at < {{ as_of() }} then {{ local_date('ended_at') }} end as ended_on,
        case when lower(trim(cancel_kind)) = 'involuntary' then 'involuntary' else 'voluntary' end as churn_kind
    from subscriptions
    where started_at < {{ as_of() }} and (ended_at is null or ended_at > started_at)
),

identified as (
    select
        active.source,
        active.subscription_id,
        identities.customer_key,
        active.plan,
        active.mrr,
        active.started_at,
        active.ended_at,
        {{ dbt.date_trunc('month', 'active.started_on') }} as started_month,
        {{ dbt.date_trunc('month', 'active.ended_on') }} as ended_month,
        active.churn_kind
    from active
    inner join identities on active.customer_node = identities.node
),

-- whoever starts in a month is seen at its end, whoever ends in it no more
bounded as (
    select
        source,
        subscription_id,
        customer_key,
        plan,
        mrr,
        started_at,
        ended_at,
        cast(started_month as date) as started_month,
        cast(ended_month as date) as ended_month,
        churn_kind,
        min(cast(started_month as date)) over (partition by customer_key) as customer_started_month
    from identified
)

select * from bounded
