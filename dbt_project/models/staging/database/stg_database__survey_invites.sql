with source as (
    select * from {{ source('database', 'survey_invites') }}
),

versions as (
    select
        invite_id,
        survey_id,
        sent_at,
        delivered,
        opened_at,
        responded_at,
        response_id,
        channel,
        customer_id,
        email,
        status,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['invite_id']) }} as version_rank
    from source
),

latest as (
    select
        invite_id,
        survey_id,
        sent_at,
        delivered,
        opened_at,
        responded_at,
        response_id,
        channel,
        customer_id,
        email,
        status,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
