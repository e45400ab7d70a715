{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ take_out('int_follow_ups_touched', ['response_key']) }}"
) }}

with cases as (
    select * from {{ ref('int_follow_up_cases') }} as known
    {{ only_those_in('int_follow_ups_touched', 'known', ['response_key']) }}
),

needing_answers as (
    select * from {{ ref('int_follow_up_answers') }}
),

agent_contacts as (
    select * from {{ ref('int_agent_contacts') }}
),

business_hours as (
    select * from {{ ref('int_business_hours') }}
),

subscriptions as (
    select * from {{ ref('int_follow_up_subscriptions') }}
),

-- most answers are of customers who are asked nothing here: they are left out before anything is sorted
asked as (
    select customer_key, metric
    from cases
    where customer_key is not null
    group by customer_key, metric
),

answers as (
    select
        answers.response_key,
        answers.customer_key,
        answers.metric,
        answers.score,
        answers.scale,
        answers.score_100,
        answers.response_order,
        row_number() over (
            partition by answers.customer_key, answers.metric, answers.response_key order by answers.score_100, answers.question_key
        ) as rank_in_response,
        max(answers.submitted_at) over (partition by answers.customer_key, answers.metric, answers.response_key) as answered_until
    from {{ ref('int_survey_answers_identified') }} as answers
    inner join asked on answers.customer_key = asked.customer_key and answers.metric = asked.metric
),

contacted as (
    select
        cases.response_key,
        min(agent_contacts.contacted_at) as first_contacted_at,
        coalesce(
            min(case when agent_contacts.is_outbound then agent_contacts.contacted_at end) = min(agent_contacts.contacted_at), false
        ) as is_first_contact_outbound,
        min(agent_contacts.solved_at) as closed_at
    from cases
    inner join agent_contacts
        on cases.customer_key = agent_contacts.customer_key and cases.submitted_at < agent_contacts.contacted_at
    group by cases.response_key
),

waited as (
    select
        cases.response_key,
        {{ open_seconds_between('cases.submitted_at', 'contacted.first_contacted_at', 'at_answer', 'at_contact') }} as open_seconds
    from cases
    inner join contacted on cases.response_key = contacted.response_key
    inner join business_hours as at_answer on {{ hold_at('cases.submitted_at', 'at_answer') }}
    inner join business_hours as at_contact on {{ hold_at('contacted.first_contacted_at', 'at_contact') }}
),

-- of several answers of one metric in a response the worst speaks for it, here and in the next; what comes next comes after the last
-- of them, since one response may be given over days
nexts as (
    select
        response_key,
        customer_key,
        metric,
        lead(response_key) over (partition by customer_key, metric order by answered_until, response_order) as next_response_key,
        lead(score) over (partition by customer_key, metric order by answered_until, response_order) as next_score,
        lead(scale) over (partition by customer_key, metric order by answered_until, response_order) as next_scale,
        lead(score_100) over (partition by customer_key, metric order by answered_until, response_order) as next_score_100,
        lead(answered_until) over (partition by customer_key, metric order by answered_until, response_order) as next_submitted_at
    from answers
    where rank_in_response = 1
),

still_needing as (
    select
        needing_answers.response_key,
        needing_answers.customer_key,
        needing_answers.metric
    from needing_answers
    inner join asked on needing_answers.customer_key = asked.customer_key and needing_answers.metric = asked.metric
    group by needing_answers.response_key, needing_answers.customer_key, needing_answers.metric
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
            when contacted.closed_at is not null then 'closed'
            when contacted.first_contacted_at is not null then 'contacted'
            when cases.due_at < {{ as_of() }} then 'overdue'
            else 'open'
        end as status,
        contacted.first_contacted_at,
        contacted.is_first_contact_outbound,
        {{ elapsed_seconds('cases.submitted_at', 'contacted.first_contacted_at') }} / 3600 as first_contact_hours,
        waited.open_seconds / 3600 as first_contact_business_hours,
        case
            when cases.customer_key is not null then coalesce(contacted.first_contacted_at <= cases.due_at, false)
        end as is_contacted_within_sla,
        contacted.closed_at,
        nexts.next_score as recovered_score,
        nexts.next_scale as recovered_scale,
        nexts.next_score_100 as recovered_score_100,
        nexts.next_submitted_at as recovered_at,
        case when nexts.next_response_key is not null then still_needing.response_key is null end as is_recovered,
        case when cases.customer_key is not null then cast(coalesce(fees.mrr, 0) as double) end as mrr_at_risk
    from cases
    left join contacted on cases.response_key = contacted.response_key
    left join waited on cases.response_key = waited.response_key
    left join nexts
        on
            cases.response_key = nexts.response_key
            and cases.customer_key = nexts.customer_key
            and cases.metric = nexts.metric
    left join still_needing
        on
            nexts.next_response_key = still_needing.response_key
            and nexts.customer_key = still_needing.customer_key
            and nexts.metric = still_needing.metric
    left join fees on cases.response_key = fees.response_key
)

select * from followed
