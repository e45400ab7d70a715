{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('stg_stripe__customers') }}
),

-- who pays is no account and of no segment; other systems say these
mapped as (
    select
        {{ customer_node(stripe='customer_id') }} as node,
        '5 ' || customer_id as preference,
        cast(null as {{ dbt.type_string() }}) as segment,
        country,
        language,
        cast(null as {{ dbt.type_string() }}) as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        created_at as seen_at
    from customers
)

select * from mapped
