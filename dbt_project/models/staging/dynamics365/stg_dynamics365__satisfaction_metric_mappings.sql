with source as (
    select * from {{ source('dynamics365', 'satisfaction_metric_mappings') }}
),

versions as (
    select
        mapping_id,
        metric_id,
        survey_id,
        question_id,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['mapping_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['mapping_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        mapping_id,
        metric_id,
        survey_id,
        question_id,
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
