{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('stg_files__customers') }}
),

mapped as (
    select
        {{ customer_node(company='customer_id', email='email') }} as node,
        '1 ' || customer_id as preference,
        segment,
        country,
        language,
        'files:' || account_id as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        created_at as seen_at
    from customers
)

select * from mapped
