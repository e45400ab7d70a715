with answers as (
    select
        *,
        row_number() over (
            partition by response_key order by priority, sla_business_hours, score_100, question_key
        ) as answer_rank
    from {{ ref('int_follow_up_answers') }}
),

business_hours as (
    select
        day,
        opens_at,
        open_seconds,
        open_seconds_before_day,
        sum(open_seconds) over (order by day, opens_at rows between unbounded preceding and current row) as open_seconds_until_closing
    from {{ ref('int_business_hours') }}
),

rules_of_response as (
    select response_key, rule, min(priority) as priority
    from answers
    group by response_key, rule
),

lists as (
    select response_key, {{ joined_text('rule', 'priority, rule') }} as rules
    from rules_of_response
    group by response_key
),

leads as (
    select * from answers
    where answer_rank = 1
),

-- the open time before the answer, since the calendar began
placed as (
    select
        leads.response_key,
        sum({{ open_seconds_before('leads.submitted_at') }}) as open_seconds_before
    from leads
    inner join business_hours on cast(leads.submitted_at as date) = business_hours.day
    group by leads.response_key
),

due as (
    select
        placed.response_key,
        placed.open_seconds_before,
        placed.open_seconds_before + 3600 * leads.sla_business_hours as open_seconds_when_due
    from placed
    inner join leads on placed.response_key = leads.response_key
),

-- what runs out exactly at closing time is due then, not when the next day opens
dated as (
    select
        due.response_key,
        due.open_seconds_before,
        {{ seconds_later(
            'business_hours.opens_at',
            'due.open_seconds_when_due - (business_hours.open_seconds_until_closing - business_hours.open_seconds)'
        ) }} as due_at
    from due
    inner join business_hours
        on
            due.open_seconds_when_due > business_hours.open_seconds_until_closing - business_hours.open_seconds
            and due.open_seconds_when_due <= business_hours.open_seconds_until_closing
),

cases as (
    select
        leads.response_key,
        leads.customer_key,
        leads.question_key,
        leads.metric,
        leads.scale,
        leads.score,
        leads.score_100,
        leads.category,
        leads.submitted_at,
        leads.rule,
        lists.rules,
        leads.owner,
        leads.sla_business_hours,
        dated.open_seconds_before,
        dated.due_at
    from leads
    inner join lists on leads.response_key = lists.response_key
    left join dated on leads.response_key = dated.response_key
)

select * from cases
