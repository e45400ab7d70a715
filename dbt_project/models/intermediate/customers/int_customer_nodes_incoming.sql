{{ config(materialized='view') }}

with identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

attributes as (
    select customer_key, segment, country from {{ ref('int_customer_attributes') }}
),

nodes as (
    select
        identities.node,
        identities.customer_key,
        coalesce(attributes.segment, 'unknown') as segment,
        coalesce(attributes.country, 'unknown') as country
    from identities
    left join attributes on identities.customer_key = attributes.customer_key
)

select * from nodes
