with lifetimes as (
    select * from {{ ref('int_customer_lifetimes') }}
),

retention as (
    {{ kaplan_meier('lifetimes') | indent(4) }}
)

select * from retention
