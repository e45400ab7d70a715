{{ config(materialized='view') }}

-- agents are no customers; a deleted user says nothing of the person any more
with users as (
    select * from {{ ref('stg_zendesk__users') }}
    where role = 'end-user' and coalesce(is_active, true)
),

mapped as (
    select
        {{ identity_node('zendesk', 'user_id') }} as node,
        '5 ' || user_id as preference,
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as country,
        lower({{ dbt.split_part('locale', "'-'", 1) }}) as language,
        'zendesk:' || organization_id as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage,
        created_at as seen_at
    from users
)

select * from mapped
