with source as (
    select * from {{ source('dynamics365', 'accounts') }}
),

versions as (
    select
        account_id,
        name,
        account_number,
        email1,
        website,
        industry_code,
        number_of_employees,
        revenue,
        country,
        is_merged,
        master_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['account_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['account_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        account_id,
        name,
        account_number,
        email1,
        website,
        industry_code,
        number_of_employees,
        revenue,
        country,
        is_merged,
        master_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        is_deleted,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
