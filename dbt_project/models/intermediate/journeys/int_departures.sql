{{ config(materialized='view') }}

with movements as (
    select * from {{ ref('int_customer_movements') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

last_ends as (
    select
        customer_key,
        ended_month,
        max(ended_at) as departed_at
    from subscriptions
    where ended_month is not null
    group by customer_key, ended_month
),

departures as (
    select
        movements.customer_key,
        movements.month,
        last_ends.departed_at
    from movements
    inner join last_ends on movements.customer_key = last_ends.customer_key and movements.month = last_ends.ended_month
    where movements.movement = 'churn'
)

select * from departures
