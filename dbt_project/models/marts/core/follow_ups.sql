with cases as (
    select * from {{ ref('int_follow_up_cases') }}
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
    select * from {{ ref('int_subscriptions_by_customer') }}
),

answers as (
    select
        *,
        row_number() over (partition by response_key, metric order by score_100, question_key) as rank_in_response,
        max(submitted_at) over (partition by response_key, metric) as answered_until
    from {{ ref('fct_survey_answers') }}
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

contacted_after as (
    select
        contacted.response_key,
        sum({{ open_seconds_before('contacted.first_contacted_at') }}) as open_seconds_before
    from contacted
    inner join business_hours on cast(contacted.first_contacted_at as date) = business_hours.day
    group by contacted.response_key
),

-- of several answers of one metric in a response the worst speaks for it, here and in the next; what comes next comes after the last
-- of them, since one response may be given over days
nexts as (
    select
        response_key,
        metric,
        lead(response_key) over (partition by customer_key, metric order by answered_until, response_key) as next_response_key,
        lead(score) over (partition by customer_key, metric order by answered_until, response_key) as next_score,
        lead(scale) over (partition by customer_key, metric order by answered_until, response_key) as next_scale,
        lead(score_100) over (partition by customer_key, metric order by answered_until, response_key) as next_score_100,
        lead(answered_until) over (partition by customer_key, metric order by answered_until, response_key) as next_submitted_at
    from answers
    where rank_in_response = 1 and customer_key is not null
),

still_needing as (
    select response_key, metric
    from needing_answers
    group by response_key, metric
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
        answers.survey,
        cases.rule,
        cases.rules,
        cases.question_key,
        cases.metric,
        cases.scale,
        cases.score,
        cases.score_100,
        cases.category,
        cases.submitted_at,
        answers.day,
        answers.touchpoint,
        answers.journey_stage,
        answers.channel,
        answers.segment,
        answers.country,
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
        (contacted_after.open_seconds_before - cases.open_seconds_before) / 3600 as first_contact_business_hours,
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
    inner join answers on cases.response_key = answers.response_key and cases.question_key = answers.question_key
    left join contacted on cases.response_key = contacted.response_key
    left join contacted_after on cases.response_key = contacted_after.response_key
    left join nexts on cases.response_key = nexts.response_key and cases.metric = nexts.metric
    left join still_needing on nexts.next_response_key = still_needing.response_key and nexts.metric = still_needing.metric
    left join fees on cases.response_key = fees.response_key
)

select * from followed
