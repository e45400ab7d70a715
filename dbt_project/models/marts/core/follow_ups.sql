{{ grows_by('int_follow_ups_touched', ['response_key']) }}

with cases as (
    select * from {{ ref('int_follow_up_cases') }} as known
    {{ only_those_in('int_follow_ups_touched', 'known', ['response_key']) }}
),

contacts as (
    select * from {{ ref('int_follow_up_contacts') }}
),

recoveries as (
    select * from {{ ref('int_follow_up_recoveries') }}
),

subscriptions as (
    select * from {{ ref('int_follow_up_subscriptions') }}
),

-- at the answer, not today: else whoever left meanwhile would never have been at risk
fees as (
    select
        cases.response_key,
        sum(subscriptions.mrr) as mrr
    from cases
    inner join subscriptions
        on
            cases.customer_key = subscriptions.customer_key
            and cases.submitted_at > subscriptions.started_at
            and (subscriptions.ended_at is null or cases.submitted_at <= subscriptions.ended_at)
    group by cases.response_key
),

followed as (
    select
        cases.response_key,
        cases.customer_key,
        cases.survey,
        cases.rule,
        cases.rules,
        cases.question_key,
        cases.metric,
        cases.scale,
        cases.score,
        cases.score_100,
        cases.category,
        cases.submitted_at,
        cases.day,
        cases.touchpoint,
        cases.journey_stage,
        cases.channel,
        cases.segment,
        cases.country,
        cases.owner,
        cast(cases.sla_business_hours as double) as sla_business_hours,
        cases.due_at,
        case
            when cases.customer_key is null then 'anonymous'
            when contacts.closed_at is not null then 'closed'
            when contacts.first_contacted_at is not null then 'contacted'
            when cases.due_at < {{ as_of() }} then 'overdue'
            else 'open'
        end as status,
        contacts.first_contacted_at,
        contacts.is_first_contact_outbound,
        {{ elapsed_seconds('cases.submitted_at', 'contacts.first_contacted_at') }} / 3600 as first_contact_hours,
        contacts.open_seconds / 3600 as first_contact_business_hours,
        case
            when cases.customer_key is not null then coalesce(contacts.first_contacted_at <= cases.due_at, false)
        end as is_contacted_within_sla,
        contacts.closed_at,
        recoveries.recovered_score,
        recoveries.recovered_scale,
        recoveries.recovered_score_100,
        recoveries.recovered_at,
        recoveries.is_recovered,
        case when cases.customer_key is not null then cast(coalesce(fees.mrr, 0) as double) end as mrr_at_risk
    from cases
    left join contacts on cases.response_key = contacts.response_key
    left join recoveries on cases.response_key = recoveries.response_key
    left join fees on cases.response_key = fees.response_key
)

select * from followed
