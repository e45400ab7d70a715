{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('stg_database__customers') }}
),

mapped as (
    select
        {{ customer_node(company='customer_id', email='email') }} as node,
        '15 ' || customer_id as preference,
        segment,
        country,
        language,
        'database:' || account_id as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        created_at as seen_at
    from customers
)

select * from mapped
