with spans as (
    select * from {{ ref('int_customer_mrr_spans') }}
),

movements as (
    select * from {{ ref('int_customer_movements') }}
),

months as (
    select * from {{ ref('int_subscription_months') }}
),

customers as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

-- customers whose spans are alike are one row before their months are told, so the work follows the changes, not customers x months
alike as (
    select
        spans.first_month,
        spans.last_month,
        coalesce(customers.segment, 'unknown') as segment,
        spans.plan,
        coalesce(customers.country, 'unknown') as country,
        count(*) as customers,
        sum(spans.mrr) as mrr
    from spans
    left join customers on spans.customer_key = customers.customer_key
    group by 1, 2, 3, 4, 5
),

openings as (
    select
        months.month,
        alike.segment,
        alike.plan,
        alike.country,
        'opening' as part,
        cast(null as {{ dbt.type_string() }}) as churn_kind,
        alike.customers,
        alike.mrr
    from alike
    inner join months
        on alike.first_month < months.month and (alike.last_month is null or alike.last_month >= months.month)
),

moves as (
    select
        movements.month,
        coalesce(customers.segment, 'unknown') as segment,
        movements.plan,
        coalesce(customers.country, 'unknown') as country,
        movements.movement as part,
        movements.churn_kind,
        count(*) as customers,
        sum(abs(movements.closing_mrr - movements.opening_mrr)) as mrr
    from movements
    left join customers on movements.customer_key = customers.customer_key
    group by 1, 2, 3, 4, 5, 6
),

parts as (
    select * from openings
    union all
    select * from moves
)

select * from parts
