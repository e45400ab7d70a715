{{ grows_by('int_contact_days_touched', ['day']) }}

with contacts as (
    select * from {{ ref('fct_contacts') }}
    where true {{ and_in('day', 'int_contact_days_touched') }}
),

counted as (
    select
        day,
        channel,
        topic,
        segment,
        team,
        count(*) as contacts,
        count(case when is_first_contact then 1 end) as first_contacts,
        count(case when fcr_status = 'resolved' then 1 end) as resolved_first,
        count(case when is_repeat then 1 end) as repeats,
        count(case when fcr_status = 'pending' then 1 end) as pending,
        count(case when is_excluded_from_net and fcr_status in ('resolved', 'unresolved') then 1 end) as excluded,
        count(case when is_excluded_from_net and fcr_status = 'resolved' then 1 end) as excluded_resolved,
        count(case when is_unresolved_by_transfer_only then 1 end) as unresolved_by_transfer_only,
        count(case when customer_key is null then 1 end) as unidentified,
        count(case when customer_key is not null and not is_eligible_for_fcr then 1 end) as ineligible,
        count(case when is_resolved and agent_replies < 2 then 1 end) as one_touch,
        count(case when is_resolved and agent_replies is not null then 1 end) as resolved_with_agent_replies,
        count(case when is_resolved and customer_replies = 0 then 1 end) as no_customer_reply,
        count(case when is_resolved and customer_replies is not null then 1 end) as resolved_with_customer_replies,
        count(case when is_resolved and reopen_count = 0 then 1 end) as not_reopened,
        count(case when is_resolved and reopen_count is not null then 1 end) as resolved_with_reopen_count
    from contacts
    group by day, channel, topic, segment, team
),

rated as (
    select
        *,
        {{ safe_ratio('resolved_first', '(first_contacts - pending)') }} as fcr_gross,
        {{ safe_ratio('(resolved_first - excluded_resolved)', '(first_contacts - pending - excluded)') }} as fcr_net,
        {{ safe_ratio('(resolved_first + unresolved_by_transfer_only)', '(first_contacts - pending)') }} as fcr_lenient,
        {{ safe_ratio('one_touch', 'resolved_with_agent_replies') }} as fcr_one_touch,
        {{ safe_ratio('no_customer_reply', 'resolved_with_customer_replies') }} as fcr_no_customer_reply,
        {{ safe_ratio('not_reopened', 'resolved_with_reopen_count') }} as fcr_no_reopen
    from counted
)

select * from rated
