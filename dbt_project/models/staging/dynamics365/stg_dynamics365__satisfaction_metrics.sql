with source as (
    select * from {{ source('dynamics365', 'satisfaction_metrics') }}
),

versions as (
    select
        metric_id,
        name,
        type_code,
        minimum_value,
        maximum_value,
        threshold,
        last_value,
        last_computed_at,
        questions,
        project_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['metric_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['metric_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        metric_id,
        name,
        type_code,
        minimum_value,
        maximum_value,
        threshold,
        last_value,
        last_computed_at,
        questions,
        project_id,
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
