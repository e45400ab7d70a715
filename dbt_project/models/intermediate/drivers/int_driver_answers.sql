{{ grows_by('int_driver_customers_touched', ['customer_key']) }}

-- the headline's instruments: one scale each for NPS and CES, every scale with a satisfied box for CSAT
with scored_answers as (
    select
        customer_key,
        metric,
        score_100,
        submitted_at,
        day,
        response_order,
        question_key
    from {{ ref('int_survey_answers_identified') }}
    where
        customer_key is not null
        and submitted_at >= {{ dbt.dateadd('month', -12, explained_since()) }}
        {{ and_in('customer_key', 'int_driver_customers_touched') }}
        and (
            (metric = 'nps' and scale = '0-10') or (metric = 'ces' and scale = '1-7') or (metric = 'csat' and category is not null)
        )
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_key, metric order by submitted_at desc, response_order desc, question_key desc
        ) as answer_rank
    from scored_answers
),

lasts as (
    select * from ranked
    where answer_rank = 1 and submitted_at >= {{ explained_since() }}
),

-- what the customer said of other things up to this answer, in the same survey or before
earlier_answers as (
    select
        lasts.customer_key,
        lasts.metric,
        earlier.metric as earlier_metric,
        earlier.score_100,
        row_number() over (
            partition by lasts.customer_key, lasts.metric, earlier.metric
            order by earlier.submitted_at desc, earlier.response_order desc, earlier.question_key desc
        ) as answer_rank
    from lasts
    inner join scored_answers as earlier
        on
            lasts.customer_key = earlier.customer_key
            and lasts.submitted_at >= earlier.submitted_at
            and {{ dbt.dateadd('month', -12, 'lasts.submitted_at') }} <= earlier.submitted_at
            -- from effort to satisfaction to recommendation, not back
            and (
                (lasts.metric = 'nps' and earlier.metric in ('csat', 'ces'))
                or (lasts.metric = 'csat' and earlier.metric = 'ces')
            )
),

opinions as (
    select
        customer_key,
        metric,
        max(case when earlier_metric = 'csat' then score_100 end) as csat_score_100,
        max(case when earlier_metric = 'ces' then score_100 end) as ces_score_100
    from earlier_answers
    where answer_rank = 1
    group by customer_key, metric
),

identities as (
    select
        node,
        customer_key
    from {{ ref('int_customer_identities') }} as owners
    {{ only_those_in('int_driver_customers_touched', 'owners', ['customer_key']) }}
),

usage_by_day as (
    select
        identities.customer_key,
        use_of_days.day,
        use_of_days.events
    from {{ ref('int_usage_by_customer_day') }} as use_of_days
    inner join identities on use_of_days.customer_node = identities.node
    where use_of_days.day >= cast({{ dbt.dateadd('month', -14, last_reported_day()) }} as date)
),

usage_before as (
    select
        lasts.customer_key,
        lasts.metric,
        sum(usage_by_day.events) as events
    from lasts
    inner join usage_by_day
        on
            lasts.customer_key = usage_by_day.customer_key
            and lasts.day > usage_by_day.day
            and cast({{ dbt.dateadd('day', -30, 'lasts.day') }} as date) <= usage_by_day.day
    group by lasts.customer_key, lasts.metric
),

answers as (
    select
        lasts.metric,
        lasts.customer_key,
        lasts.score_100,
        lasts.submitted_at,
        opinions.csat_score_100,
        opinions.ces_score_100,
        cast(coalesce(usage_before.events, 0) as bigint) as usage_events
    from lasts
    left join opinions on lasts.customer_key = opinions.customer_key and lasts.metric = opinions.metric
    left join usage_before on lasts.customer_key = usage_before.customer_key and lasts.metric = usage_before.metric
)

select * from answers
