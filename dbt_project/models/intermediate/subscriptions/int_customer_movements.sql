with spans as (
    select * from {{ ref('int_customer_mrr_spans') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

neighbours as (
    select
        customer_key,
        first_month,
        last_month,
        customer_started_month,
        plan,
        mrr,
        lag(last_month) over (partition by customer_key order by first_month) as previous_last_month,
        lag(plan) over (partition by customer_key order by first_month) as previous_plan,
        lag(mrr) over (partition by customer_key order by first_month) as previous_mrr,
        lead(first_month) over (partition by customer_key order by first_month) as next_first_month
    from spans
),

arrivals as (
    select
        customer_key,
        first_month as month,
        case when previous_last_month = first_month then previous_plan else plan end as plan,
        coalesce(previous_last_month = first_month, false) as was_there,
        customer_started_month < first_month as is_known_customer,
        case when previous_last_month = first_month then previous_mrr else 0 end as opening_mrr,
        mrr as closing_mrr
    from neighbours
),

-- of a month in which several ended, the last decides what kind of leaving it was
last_ends as (
    select
        customer_key,
        ended_month,
        churn_kind,
        row_number() over (partition by customer_key, ended_month order by ended_at desc, subscription_id desc) as end_rank
    from subscriptions
    where ended_month is not null
),

departures as (
    select
        neighbours.customer_key,
        neighbours.last_month as month,
        neighbours.plan,
        neighbours.mrr as opening_mrr,
        last_ends.churn_kind
    from neighbours
    inner join last_ends
        on neighbours.customer_key = last_ends.customer_key and neighbours.last_month = last_ends.ended_month and last_ends.end_rank = 1
    where neighbours.next_first_month is null or neighbours.next_first_month > neighbours.last_month
),

movements as (
    select
        customer_key,
        month,
        case
            when not was_there and not is_known_customer then 'new'
            when not was_there then 'reactivation'
            when closing_mrr > opening_mrr then 'expansion'
            else 'contraction'
        end as movement,
        plan,
        opening_mrr,
        closing_mrr,
        cast(null as {{ dbt.type_string() }}) as churn_kind
    from arrivals
    where not was_there or closing_mrr <> opening_mrr
    union all
    select
        customer_key,
        month,
        'churn' as movement,
        plan,
        opening_mrr,
        0 as closing_mrr,
        churn_kind
    from departures
)

select * from movements
