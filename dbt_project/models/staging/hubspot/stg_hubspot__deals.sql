with source as (
    select * from {{ source('hubspot', 'deals') }}
),

versions as (
    select
        deal_id,
        name,
        amount,
        currency,
        closed_at,
        stage_id,
        pipeline_id,
        is_closed_won,
        owner_id,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['deal_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        deal_id,
        name,
        amount,
        currency,
        closed_at,
        stage_id,
        pipeline_id,
        is_closed_won,
        owner_id,
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
