{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_to_judge') }}
),

-- people write one topic in several ways: `Billing` repeats `billing`
issues as (
    select
        source,
        contact_id,
        customer_key,
        lower(trim(topic)) as issue,
        is_resolved,
        opened_at,
        reopen_count,
        transfer_count
    from contacts
    where is_eligible_for_fcr
),

sequenced as (
    select
        source,
        contact_id,
        is_resolved,
        opened_at,
        reopen_count,
        transfer_count,
        lag(opened_at) over (partition by customer_key, issue order by opened_at, contact_id, source) as previous_opened_at,
        lead(opened_at) over (partition by customer_key, issue order by opened_at, contact_id, source) as next_opened_at
    from issues
),

-- elapsed hours and closed: a contact exactly the window later is still a repeat
compared as (
    select
        source,
        contact_id,
        coalesce({{ elapsed_seconds('previous_opened_at', 'opened_at') }} <= 3600 * {{ var('fcr_window_hours') }}, false) as is_repeat,
        {{ elapsed_seconds('opened_at', as_of()) }} < 3600 * {{ var('fcr_window_hours') }} as is_window_open,
        coalesce({{ elapsed_seconds('opened_at', 'next_opened_at') }} <= 3600 * {{ var('fcr_window_hours') }}, false)
        or coalesce(reopen_count > 0, false)
        or coalesce(not is_resolved, false) as is_unsolved,
        coalesce(transfer_count > 0, false) as is_transferred
    from sequenced
),

-- an open window comes before any failure seen in it, else the youngest contacts would be failures only
judged as (
    select
        source,
        contact_id,
        is_repeat,
        case
            when is_repeat then 'repeat'
            when is_window_open then 'pending'
            when is_unsolved or is_transferred then 'unresolved'
            else 'resolved'
        end as fcr_status,
        is_transferred and not is_repeat and not is_window_open and not is_unsolved as is_unresolved_by_transfer_only
    from compared
)

select * from judged
