with customer_months as (
    select * from {{ ref('int_customer_mrr_by_month') }}
),

customers as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

movements as (
    select
        customer_months.customer_key,
        customer_months.month,
        customer_months.movement,
        cast(customer_months.mrr_change as double) as mrr_change,
        customer_months.plan,
        coalesce(customers.segment, 'unknown') as segment,
        coalesce(customers.country, 'unknown') as country,
        cast(customer_months.opening_mrr as double) as opening_mrr,
        cast(customer_months.closing_mrr as double) as closing_mrr,
        customer_months.churn_kind
    from customer_months
    left join customers on customer_months.customer_key = customers.customer_key
    where customer_months.movement is not null
)

select * from movements
