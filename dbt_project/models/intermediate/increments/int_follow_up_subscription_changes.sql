{%- set columns = follow_up_subscription_columns() | join(', ') -%}

-- whose subscriptions are not as the build before left them
with incoming as (
    select {{ columns }} from {{ ref('int_subscriptions_by_customer') }}
),

known as (
    select {{ columns }} from {{ before('int_follow_up_subscriptions') }}
),

new as (
    select * from incoming
    except
    select * from known
),

gone as (
    select * from known
    except
    select * from incoming
),

customers as (
    select customer_key from new
    union
    select customer_key from gone
)

select * from customers
