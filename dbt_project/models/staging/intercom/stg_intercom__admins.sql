with source as (
    select * from {{ source('intercom', 'admins') }}
),

versions as (
    select
        admin_id,
        email,
        job_title,
        has_inbox_seat,
        away_mode_enabled,
        team_ids,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['admin_id']) }} as version_rank
    from source
),

latest as (
    select
        admin_id,
        email,
        job_title,
        has_inbox_seat,
        away_mode_enabled,
        team_ids,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
