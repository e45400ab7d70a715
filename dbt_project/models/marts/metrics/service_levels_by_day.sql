{{ grows_by('int_contact_days_touched', ['day']) }}

with contacts as (
    select * from {{ ref('fct_contacts') }}
    where true {{ and_in('day', 'int_contact_days_touched') }}
),

-- each figure of the contacts that it is about, so that sums, counts and percentiles below cannot disagree on which
measured as (
    select
        day,
        channel,
        topic,
        segment,
        team,
        is_answered,
        is_abandoned and not is_bot as is_abandoned,
        is_bot,
        is_escalated_from_bot,
        is_resolved,
        coalesce(reopen_count > 0, false) as is_reopened,
        reopen_count is not null and (is_resolved or reopen_count > 0) as is_reopen_known,
        case when is_answered and not is_outbound then first_reply_minutes end as first_reply_minutes,
        case when is_answered then wait_seconds end as wait_seconds,
        case when is_abandoned and not is_bot then wait_seconds end as abandoned_wait_seconds,
        case when is_answered then handle_seconds end as handle_seconds,
        case when is_answered then talk_seconds end as talk_seconds
    from contacts
),

summed as (
    select
        day,
        channel,
        topic,
        segment,
        team,
        count(*) as contacts,
        count(case when is_answered then 1 end) as answered,
        count(case when is_abandoned then 1 end) as abandoned,
        count(case when is_bot then 1 end) as bot_sessions,
        count(case when is_escalated_from_bot then 1 end) as escalated_from_bot,
        count(handle_seconds) as handled,
        coalesce(sum(handle_seconds), 0) as handle_seconds_sum,
        coalesce(sum(talk_seconds), 0) as talk_seconds_sum,
        count(wait_seconds) as waited,
        coalesce(sum(wait_seconds), 0) as wait_seconds_sum,
        count(case when wait_seconds <= {{ var('service_level_seconds') }} then 1 end) as answered_within,
        count(abandoned_wait_seconds) as abandoned_waited,
        count(case when abandoned_wait_seconds <= {{ var('service_level_seconds') }} then 1 end) as abandoned_within,
        count(first_reply_minutes) as first_replies,
        -- in whole microseconds, since a sum of thirds of a minute depends on the order of the rows
        coalesce(sum(cast(round(first_reply_minutes * 60000000) as bigint)) / 6e7, 0) as first_reply_minutes_sum,
        count(case when is_resolved then 1 end) as resolved,
        count(case when is_resolved and is_answered then 1 end) as answered_resolved,
        count(case when is_reopened then 1 end) as reopened,
        count(case when is_reopen_known then 1 end) as reopen_known,
        {{ percentile('handle_seconds', 0.5) }} as handle_seconds_p50,
        {{ percentile('handle_seconds', 0.9) }} as handle_seconds_p90,
        {{ percentile('wait_seconds', 0.5) }} as wait_seconds_p50,
        {{ percentile('wait_seconds', 0.9) }} as wait_seconds_p90,
        {{ percentile('first_reply_minutes', 0.5) }} as first_reply_minutes_p50,
        {{ percentile('first_reply_minutes', 0.9) }} as first_reply_minutes_p90
    from measured
    group by day, channel, topic, segment, team
),

rated as (
    select
        *,
        {{ safe_ratio('handle_seconds_sum', 'handled') }} as aht_seconds,
        {{ safe_ratio('wait_seconds_sum', 'waited') }} as asa_seconds,
        {{ safe_ratio('answered_within', 'waited') }} as service_level_of_answered,
        {{ safe_ratio('answered_within', '(waited + abandoned_waited - abandoned_within)') }} as service_level_abandons_ignored,
        {{ safe_ratio('answered_within', '(waited + abandoned_waited)') }} as service_level_abandons_negative,
        {{ safe_ratio('(answered_within + abandoned_within)', '(waited + abandoned_waited)') }} as service_level_abandons_positive,
        {{ safe_ratio('abandoned', '(answered + abandoned)') }} as abandon_rate,
        {{ safe_ratio('escalated_from_bot', 'bot_sessions') }} as bot_escalation_rate,
        {{ safe_ratio('resolved', 'contacts') }} as resolution_rate,
        {{ safe_ratio('answered_resolved', 'answered') }} as answered_resolution_rate,
        {{ safe_ratio('reopened', 'reopen_known') }} as reopen_rate
    from summed
)

select * from rated
