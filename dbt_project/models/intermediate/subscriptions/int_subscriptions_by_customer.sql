with subscriptions as (
    select * from {{ ref('stg_files__subscriptions') }}
),

identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

-- a subscription that ends when it starts, or before, was never active
active as (
    select
        subscription_id,
        {{ customer_node(company='customer_id') }} as node,
        coalesce(nullif(trim(plan), ''), 'unknown') as plan,
        cast(mrr as decimal(18, 4)) as mrr,
        started_at,
        ended_at,
        case when cancel_kind = 'involuntary' then 'involuntary' else 'voluntary' end as churn_kind
    from subscriptions
    where started_at < {{ as_of() }} and (ended_at is null or ended_at > started_at)
),

identified as (
    select
        active.subscription_id,
        identities.customer_key,
        active.plan,
        active.mrr,
        active.started_at,
        active.ended_at,
        active.churn_kind
    from active
    inner join identities on active.node = identities.node
),

-- ranks that hold for every month, so that a month's plan and cause are a minimum and not a sort of each customer's month
ranked as (
    select
        subscription_id,
        customer_key,
        plan,
        mrr,
        started_at,
        ended_at,
        churn_kind,
        min(started_at) over (partition by customer_key) as customer_started_at,
        row_number() over (partition by customer_key order by mrr desc, subscription_id) as plan_rank,
        row_number() over (partition by customer_key order by ended_at desc, subscription_id desc) as end_rank
    from identified
)

select * from ranked
