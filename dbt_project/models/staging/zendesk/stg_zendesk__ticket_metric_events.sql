with source as (
    select * from {{ source('zendesk', 'ticket_metric_events') }}
),

versions as (
    select
        event_id,
        ticket_id,
        metric,
        instance,
        event_type,
        occurred_at,
        is_deleted,
        sla,
        status,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['event_id']) }} as version_rank
    from source
),

latest as (
    select
        event_id,
        ticket_id,
        metric,
        instance,
        event_type,
        occurred_at,
        is_deleted,
        sla,
        status,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
