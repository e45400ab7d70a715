{{ config(materialized='view') }}

with contacts as (
    {{ union_canonical('contacts', contact_columns(), moments=['opened_at', 'first_reply_at', 'resolved_at']) | indent(4) }}
),

-- what happened later is not known at the reporting instant, though the record may tell it already
known_by_then as (
    select
        source,
        contact_id,
        case_id,
        customer_node,
        coalesce(nullif(trim(channel), ''), 'unknown') as channel,
        coalesce(nullif(trim(topic), ''), 'unknown') as topic,
        coalesce(nullif(trim(team), ''), 'unknown') as team,
        agent_id,
        is_outbound,
        is_abandoned,
        is_bot,
        case when resolved_at >= {{ as_of() }} then false else is_resolved end as is_resolved,
        opened_at,
        case when first_reply_at >= opened_at and first_reply_at < {{ as_of() }} then first_reply_at end as first_reply_at,
        case when is_resolved and resolved_at >= opened_at and resolved_at < {{ as_of() }} then resolved_at end as resolved_at,
        wait_seconds,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        agent_replies,
        customer_replies,
        reopen_count,
        transfer_count
    from contacts
    where opened_at < {{ as_of() }}
)

select * from known_by_then
