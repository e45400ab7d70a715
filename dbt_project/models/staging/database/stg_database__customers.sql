with source as (
    select * from {{ source('database', 'customers') }}
),

versions as (
    select
        customer_id,
        email,
        account_id,
        account_name,
        segment,
        country,
        language,
        industry,
        owner,
        created_at,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['customer_id']) }} as version_rank
    from source
),

latest as (
    select
        customer_id,
        email,
        account_id,
        account_name,
        segment,
        country,
        language,
        industry,
        owner,
        created_at,
        archived_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
