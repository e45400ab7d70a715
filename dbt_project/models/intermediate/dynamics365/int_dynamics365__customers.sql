{{ config(materialized='view') }}

with people as (
    select * from {{ ref('stg_dynamics365__contacts') }}
    where not is_deleted
),

accounts as (
    select * from {{ ref('stg_dynamics365__accounts') }}
    where not is_deleted
),

-- living contacts before merged ones, organisations last: a case may be an organisation's
records as (
    select
        contact_id as record_id,
        case when coalesce(is_merged, false) then '5 2 ' else '5 1 ' end || contact_id as preference,
        country,
        case when account_type = 'account' then account_id end as account_id,
        created_at
    from people
    union all
    select
        account_id as record_id,
        '5 3 ' || account_id as preference,
        country,
        account_id,
        created_at
    from accounts
    where not coalesce(is_merged, false)
),

mapped as (
    select
        {{ identity_node('dynamics365', 'record_id') }} as node,
        preference,
        cast(null as {{ dbt.type_string() }}) as segment,
        country,
        cast(null as {{ dbt.type_string() }}) as language,
        'dynamics365:' || account_id as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        created_at as seen_at
    from records
)

select * from mapped
