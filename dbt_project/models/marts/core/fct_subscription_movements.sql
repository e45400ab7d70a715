with movements as (
    select * from {{ ref('int_customer_movements') }}
),

customers as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

described as (
    select
        movements.customer_key,
        movements.month,
        movements.movement,
        cast(movements.closing_mrr - movements.opening_mrr as double) as mrr_change,
        movements.plan,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.country, 'unknown') as country,
        cast(movements.opening_mrr as double) as opening_mrr,
        cast(movements.closing_mrr as double) as closing_mrr,
        movements.churn_kind
    from movements
    left join customers on movements.customer_key = customers.customer_key
)

select * from described
