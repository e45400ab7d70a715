with source as (
    select * from {{ source('survicate', 'respondent_attributes') }}
),

versions as (
    select
        response_uuid,
        respondent_uuid,
        collected_at,
        name,
        value,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_uuid', 'name'], 'collected_at') }} as version_rank
    from source
),

latest as (
    select
        response_uuid,
        respondent_uuid,
        collected_at,
        name,
        value,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
