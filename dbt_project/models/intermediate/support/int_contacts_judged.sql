{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_identified') }}
),

sequenced as (
    select
        source,
        contact_id,
        is_resolved,
        is_eligible_for_fcr,
        opened_at,
        reopen_count,
        lag(opened_at) over (partition by customer_key, topic order by opened_at, contact_id, source) as previous_opened_at,
        lead(opened_at) over (partition by customer_key, topic order by opened_at, contact_id, source) as next_opened_at
    from contacts
    where is_eligible_for_fcr
),

-- elapsed hours and closed: a contact exactly the window later is still a repeat
compared as (
    select
        source,
        contact_id,
        is_resolved,
        coalesce(reopen_count, 0) > 0 as is_reopened,
        coalesce({{ dbt.dateadd('hour', var('fcr_window_hours'), 'previous_opened_at') }} >= opened_at, false) as is_repeat,
        coalesce({{ dbt.dateadd('hour', var('fcr_window_hours'), 'opened_at') }} >= next_opened_at, false) as is_repeated,
        {{ dbt.dateadd('hour', var('fcr_window_hours'), 'opened_at') }} > {{ as_of() }} as is_window_open
    from sequenced
),

judged as (
    select
        source,
        contact_id,
        is_repeat,
        case
            when is_repeat then 'repeat'
            when is_repeated then 'unresolved'
            when is_window_open then 'pending'
            when is_reopened or not is_resolved then 'unresolved'
            else 'resolved'
        end as fcr_status
    from compared
)

select * from judged
