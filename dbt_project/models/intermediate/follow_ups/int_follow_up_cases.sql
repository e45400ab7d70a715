{{ grows_by('int_follow_ups_touched', ['response_key']) }}

with answers as (
    select
        *,
        row_number() over (
            partition by response_key order by priority, sla_business_hours, score_100, question_key
        ) as answer_rank,
        min(rule) over (partition by response_key) <> max(rule) over (partition by response_key) as has_several_rules
    from {{ ref('int_follow_up_answers') }} as known
    {{ only_those_in('int_follow_ups_touched', 'known', ['response_key']) }}
),

business_hours as (
    select * from {{ ref('int_business_hours') }}
),

numbers as (
    select cast(series.generated_number as bigint) as number from ({{ dbt.generate_series(25) }}) as series
),

-- each row once for every hour of open time, counted from the calendar's beginning, that it has a part of: what runs out in an hour finds
-- its row by equality
hours as (
    select
        business_hours.opens_at,
        business_hours.open_seconds_before,
        business_hours.open_seconds_before + business_hours.open_seconds as open_seconds_until_closing,
        cast(floor(business_hours.open_seconds_before / 3600) as bigint) + numbers.number as open_hour
    from business_hours
    inner join numbers
        on
            cast(floor(business_hours.open_seconds_before / 3600) as bigint) + numbers.number
            <= cast(ceil((business_hours.open_seconds_before + business_hours.open_seconds) / 3600) as bigint)
    where business_hours.open_seconds > 0
),

rules_of_response as (
    select response_key, rule, min(priority) as priority
    from answers
    where has_several_rules
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

due as (
    select
        leads.response_key,
        {{ open_seconds_before('leads.submitted_at') }} + 3600 * leads.sla_business_hours as open_seconds_when_due
    from leads
    inner join business_hours on {{ hold_at('leads.submitted_at') }}
),

-- what runs out exactly at closing time is due then, not when the next day opens
dated as (
    select
        due.response_key,
        {{ seconds_later('hours.opens_at', 'due.open_seconds_when_due - hours.open_seconds_before') }} as due_at
    from due
    inner join hours
        on
            cast(ceil(due.open_seconds_when_due / 3600) as bigint) = hours.open_hour
            and due.open_seconds_when_due > hours.open_seconds_before
            and due.open_seconds_when_due <= hours.open_seconds_until_closing
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
        leads.day,
        leads.survey,
        leads.touchpoint,
        leads.journey_stage,
        leads.channel,
        leads.segment,
        leads.country,
        leads.rule,
        coalesce(lists.rules, leads.rule) as rules,
        leads.owner,
        leads.sla_business_hours,
        dated.due_at
    from leads
    left join lists on leads.response_key = lists.response_key
    left join dated on leads.response_key = dated.response_key
)

select * from cases
