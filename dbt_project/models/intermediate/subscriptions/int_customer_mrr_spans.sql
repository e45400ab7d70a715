with subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

-- seen at a month's end: not who came and went within one month
seen as (
    select
        subscription_id,
        customer_key,
        customer_started_month,
        plan,
        mrr,
        started_month,
        ended_month
    from subscriptions
    where ended_month is null or ended_month > started_month
),

changes as (
    select customer_key, started_month as month
    from seen
    union
    select customer_key, ended_month as month
    from seen
    where ended_month is not null
),

spans as (
    select
        customer_key,
        month as first_month,
        lead(month) over (partition by customer_key order by month) as last_month
    from changes
),

-- a span in which nothing is active has no row
filled as (
    select
        spans.customer_key,
        spans.first_month,
        spans.last_month,
        subscriptions.customer_started_month,
        subscriptions.plan,
        subscriptions.mrr,
        row_number() over (
            partition by spans.customer_key, spans.first_month
            order by subscriptions.mrr desc, subscriptions.subscription_id asc
        ) as plan_rank
    from spans
    inner join seen as subscriptions
        on
            spans.customer_key = subscriptions.customer_key
            and spans.first_month >= subscriptions.started_month
            and (subscriptions.ended_month is null or spans.first_month < subscriptions.ended_month)
),

summed as (
    select
        customer_key,
        first_month,
        last_month,
        min(customer_started_month) as customer_started_month,
        max(case when plan_rank = 1 then plan end) as plan,
        sum(mrr) as mrr
    from filled
    group by customer_key, first_month, last_month
)

select * from summed
