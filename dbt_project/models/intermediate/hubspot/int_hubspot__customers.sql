{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

companies as (
    select * from {{ ref('stg_hubspot__companies') }}
    where not coalesce(archived, false)
),

people as (
    select
        {{ identity_node('hubspot', 'contact_id') }} as node,
        case when archived then '3 ' else '2 ' end || contact_id as preference,
        segment,
        country,
        language,
        'hubspot:' || company_id as account,
        lifecycle_stage,
        created_at as seen_at,
        company_id
    from contacts
),

-- a company that is not archived says where its people are, only where neither the files nor a contact does
places as (
    select
        people.node,
        '4 ' || people.preference as preference,
        companies.country
    from people
    inner join companies on people.company_id = companies.company_id
),

mapped as (
    select
        node,
        preference,
        segment,
        country,
        language,
        account,
        lifecycle_stage,
        seen_at
    from people
    union all
    select
        node,
        preference,
        cast(null as {{ dbt.type_string() }}) as segment,
        country,
        cast(null as {{ dbt.type_string() }}) as language,
        cast(null as {{ dbt.type_string() }}) as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        cast(null as timestamp) as seen_at
    from places
)

select * from mapped
