with source as (
    select * from {{ source('hubspot', 'pipelines') }}
),

versions as (
    select
        object_type,
        pipeline_id,
        pipeline_label,
        stage_id,
        stage_label,
        display_order,
        is_closed,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['object_type', 'pipeline_id', 'stage_id']) }} as version_rank
    from source
),

latest as (
    select
        object_type,
        pipeline_id,
        pipeline_label,
        stage_id,
        stage_label,
        display_order,
        is_closed,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
