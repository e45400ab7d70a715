{%- set ninety_days_ago = dbt.dateadd('day', -90, as_of()) -%}

with subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

by_customer as (
    select
        customer_key,
        sum(case when started_at < {{ ninety_days_ago }} and (ended_at is null or ended_at >= {{ ninety_days_ago }}) then mrr else 0 end)
            as mrr_90_days_ago,
        sum(case when ended_at is null or ended_at >= {{ as_of() }} then mrr else 0 end) as mrr_now
    from subscriptions
    group by customer_key
)

select * from by_customer
