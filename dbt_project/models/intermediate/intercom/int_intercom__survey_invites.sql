{{ config(materialized='view') }}

with ratings as (
    select * from {{ ref('stg_intercom__conversation_ratings') }}
),

-- the rating's created_at is when it was asked for; the AI agent's rating does not tell that
mapped as (
    select
        'intercom' as source,
        rating_id as invite_id,
        survey_id,
        requested_at as sent_at,
        true as delivered,
        case when score is null then 'sent' else 'responded' end as status,
        cast(null as timestamp) as opened_at,
        case when score is not null then coalesce(answered_at, updated_at) end as responded_at,
        case when score is not null then rating_id end as response_id,
        {{ intercom_channel('source_type') }} as channel,
        {{ customer_node(intercom='contact_id') }} as customer_node
    from ratings
    where requested_at is not null
)

select * from mapped
