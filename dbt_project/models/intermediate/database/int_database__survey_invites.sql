{{ config(materialized='view') }}

with invites as (
    select * from {{ ref('stg_database__survey_invites') }}
),

mapped as (
    select
        'database' as source,
        invite_id,
        survey_id,
        sent_at,
        delivered,
        status,
        opened_at,
        responded_at,
        response_id,
        channel,
        {{ customer_node(company='customer_id', email='email') }} as customer_node
    from invites
)

select * from mapped
