with source as (
    select * from {{ source('dynamics365', 'queues') }}
),

versions as (
    select
        queue_id,
        name,
        email,
        type_code,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['queue_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['queue_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        queue_id,
        name,
        email,
        type_code,
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
