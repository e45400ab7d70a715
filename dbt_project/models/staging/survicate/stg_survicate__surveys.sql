with source as (
    select * from {{ source('survicate', 'surveys') }}
),

versions as (
    select
        survey_id,
        name,
        type,
        is_enabled,
        created_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['survey_id']) }} as version_rank
    from source
),

latest as (
    select
        survey_id,
        name,
        type,
        is_enabled,
        created_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
