with source as (
    select * from {{ source('intercom', 'conversation_parts') }}
),

versions as (
    select
        conversation_id,
        part_id,
        part_type,
        body,
        created_at,
        updated_at,
        author_type,
        author_id,
        is_from_ai_agent,
        assigned_to_type,
        assigned_to_id,
        state,
        is_redacted,
        app_package_code,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['conversation_id', 'part_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        conversation_id,
        part_id,
        part_type,
        body,
        created_at,
        updated_at,
        author_type,
        author_id,
        is_from_ai_agent,
        assigned_to_type,
        assigned_to_id,
        state,
        is_redacted,
        app_package_code,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
