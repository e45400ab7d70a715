{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_intercom__contacts') }}
),

-- whoever left neither a number nor an address is a visit, not a customer (a lead's number is Intercom's own); the country is
-- that of the last visit, by name, and would stand beside codes
mapped as (
    select
        {{ identity_node('intercom', 'contact_id') }} as node,
        '5 ' || contact_id as preference,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as country,
        language,
        'intercom:' || company_id as account,
        role as lifecycle_stage,
        created_at as seen_at
    from contacts
    where email is not null or (external_id is not null and coalesce(role, 'user') <> 'lead')
)

select * from mapped
