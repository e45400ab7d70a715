with source as (
    select * from {{ source('hubspot', 'companies') }}
),

versions as (
    select
        company_id,
        name,
        domain,
        industry,
        country,
        number_of_employees,
        annual_revenue,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['company_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        company_id,
        name,
        domain,
        industry,
        country,
        number_of_employees,
        annual_revenue,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
