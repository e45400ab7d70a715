with source as (
    select * from {{ source('intercom', 'companies') }}
),

versions as (
    select
        company_id,
        external_id,
        name,
        plan_name,
        industry,
        website,
        size,
        monthly_spend,
        user_count,
        session_count,
        created_at,
        updated_at,
        remote_created_at,
        last_request_at,
        custom_attributes,
        scroll,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['company_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        company_id,
        external_id,
        name,
        plan_name,
        industry,
        website,
        size,
        monthly_spend,
        user_count,
        session_count,
        created_at,
        updated_at,
        remote_created_at,
        last_request_at,
        custom_attributes,
        scroll,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
