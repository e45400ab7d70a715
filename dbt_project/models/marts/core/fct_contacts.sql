{{ grows_by('int_contacts_touched', ['contact_key']) }}
{% if var('increment') -%}
-- depends_on: {{ ref('int_contact_days_touched') }}
{% endif -%}

with contacts as (
    select * from {{ ref('int_contacts_to_judge') }} as known
    {{ only_those_in('int_contacts_touched', 'known', contact_key()) }}
),

judged as (
    select * from {{ ref('int_contacts_judged') }}
),

escalated as (
    select * from {{ ref('int_bot_sessions_escalated') }}
),

business_minutes as (
    select * from {{ ref('int_first_reply_business_minutes') }}
),

exclusions as (
    select * from {{ ref('fcr_exclusions') }}
),

dated as (
    select
        *,
        {{ local_date('opened_at') }} as day,
        not is_abandoned and not is_bot as is_answered
    from contacts
),

-- a topic may stand in the seed several times, for several spans
excluded as (
    select
        dated.source,
        dated.contact_id
    from dated
    inner join exclusions
        on
            lower(dated.topic) = lower(trim(exclusions.topic))
            and dated.day >= exclusions.valid_from
            and (exclusions.valid_to is null or dated.day < exclusions.valid_to)
    group by dated.source, dated.contact_id
),

-- few agents have many contacts: each is hashed once
agents as (
    select
        source,
        agent_id,
        {{ customer_hmac("'agent:' || source || ':' || agent_id") }} as agent_key
    from dated
    where agent_id is not null
    group by source, agent_id
),

final as (
    select
        {{ contact_hmac('dated.source', 'dated.contact_id') }} as contact_key,
        {{ customer_hmac("'case:' || dated.source || ':' || dated.case_id") }} as case_key,
        dated.customer_key,
        agents.agent_key,
        dated.source,
        dated.day,
        dated.opened_at,
        dated.channel,
        dated.topic,
        dated.segment,
        dated.team,
        dated.is_outbound,
        dated.is_answered,
        dated.is_abandoned,
        dated.is_bot,
        escalated.contact_id is not null as is_escalated_from_bot,
        dated.is_resolved,
        dated.is_eligible_for_fcr,
        coalesce(dated.is_eligible_for_fcr and not judged.is_repeat, false) as is_first_contact,
        coalesce(judged.is_repeat, false) as is_repeat,
        coalesce(judged.fcr_status, 'excluded') as fcr_status,
        coalesce(judged.is_unresolved_by_transfer_only, false) as is_unresolved_by_transfer_only,
        excluded.contact_id is not null as is_excluded_from_net,
        dated.talk_seconds,
        dated.hold_seconds,
        dated.wrap_seconds,
        case
            when coalesce(dated.talk_seconds, dated.hold_seconds, dated.wrap_seconds) is not null
                then coalesce(dated.talk_seconds, 0) + coalesce(dated.hold_seconds, 0) + coalesce(dated.wrap_seconds, 0)
        end as handle_seconds,
        dated.wait_seconds,
        {{ elapsed_seconds('dated.opened_at', 'dated.first_reply_at') }} / 60 as first_reply_minutes,
        business_minutes.first_reply_business_minutes,
        {{ elapsed_seconds('dated.opened_at', 'dated.resolved_at') }} / 60 as resolution_minutes,
        dated.agent_replies,
        dated.customer_replies,
        dated.reopen_count,
        dated.transfer_count
    from dated
    left join agents on dated.source = agents.source and dated.agent_id = agents.agent_id
    left join judged on dated.source = judged.source and dated.contact_id = judged.contact_id
    left join escalated on dated.source = escalated.source and dated.contact_id = escalated.contact_id
    left join business_minutes on dated.source = business_minutes.source and dated.contact_id = business_minutes.contact_id
    left join excluded on dated.source = excluded.source and dated.contact_id = excluded.contact_id
)

select * from final
