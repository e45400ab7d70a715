{%- set year_ago = dbt.dateadd('month', -12, as_of()) -%}

-- the headline's instruments: one scale each for NPS and CES, every scale with a satisfied box for CSAT
with scored_answers as (
    select
        customer_key,
        metric,
        score_100,
        submitted_at,
        day,
        response_key,
        question_key
    from {{ ref('fct_survey_answers') }}
    where
        customer_key is not null
        and submitted_at >= {{ dbt.dateadd('month', -12, year_ago) }}
        and (
            (metric = 'nps' and scale = '0-10') or (metric = 'ces' and scale = '1-7') or (metric = 'csat' and category is not null)
        )
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_key, metric order by submitted_at desc, response_key desc, question_key desc
        ) as answer_rank
    from scored_answers
),

lasts as (
    select * from ranked
    where answer_rank = 1 and submitted_at >= {{ year_ago }}
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
            order by earlier.submitted_at desc, earlier.response_key desc, earlier.question_key desc
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

contacts as (
    select
        lasts.customer_key,
        lasts.metric,
        count(*) as contacts,
        sum(case when contacts.is_repeat then 1 else 0 end) as repeats,
        sum(
            case
                when not contacts.is_resolved then 1
                when contacts.resolution_minutes * 60 > {{ elapsed_seconds('contacts.opened_at', 'lasts.submitted_at') }} then 1
                else 0
            end
        ) as unresolved,
        sum(case when contacts.reopen_count > 0 then 1 else 0 end) as reopened,
        avg(contacts.wait_seconds) as wait_seconds,
        avg(
            case
                when contacts.first_reply_minutes * 60 <= {{ elapsed_seconds('contacts.opened_at', 'lasts.submitted_at') }}
                    then contacts.first_reply_minutes
            end
        ) as first_reply_minutes
    from lasts
    inner join {{ ref('fct_contacts') }} as contacts
        on
            lasts.customer_key = contacts.customer_key
            and lasts.submitted_at > contacts.opened_at
            and {{ dbt.dateadd('day', -90, 'lasts.submitted_at') }} <= contacts.opened_at
    where not contacts.is_outbound
    group by lasts.customer_key, lasts.metric
),

usage_by_day as (
    select
        identities.customer_key,
        use_of_days.day,
        use_of_days.events
    from {{ ref('int_usage_by_customer_day') }} as use_of_days
    inner join {{ ref('int_customer_identities') }} as identities on use_of_days.customer_node = identities.node
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

-- of customers with a subscription at any time: who has none at the answer pays nothing, of others it is not known
fees as (
    select
        lasts.customer_key,
        lasts.metric,
        sum(
            case
                when
                    subscriptions.started_at <= lasts.submitted_at
                    and (subscriptions.ended_at is null or subscriptions.ended_at > lasts.submitted_at)
                    then subscriptions.mrr
                else 0
            end
        ) as mrr
    from lasts
    inner join {{ ref('int_subscriptions_by_customer') }} as subscriptions on lasts.customer_key = subscriptions.customer_key
    group by lasts.customer_key, lasts.metric
),

observations as (
    select
        lasts.metric,
        lasts.customer_key,
        cast(lasts.score_100 as double) as score_100,
        cast(opinions.csat_score_100 as double) as csat_score_100,
        cast(opinions.ces_score_100 as double) as ces_score_100,
        {% for count in ['contacts', 'repeats', 'unresolved', 'reopened'] -%}
        cast(coalesce(contacts.{{ count }}, 0) as double) as {{ count }}_in_90_days,
        {% endfor -%}
        cast(contacts.wait_seconds as double) as mean_wait_seconds,
        cast(contacts.first_reply_minutes as double) as mean_first_reply_minutes,
        cast(coalesce(usage_before.events, 0) as double) as usage_events_in_30_days,
        cast({{ elapsed_seconds('customers.first_seen_at', 'lasts.submitted_at') }} / 86400 as double) as days_since_first_seen,
        cast(fees.mrr as double) as mrr
    from lasts
    inner join {{ ref('dim_customers') }} as customers on lasts.customer_key = customers.customer_key
    left join opinions on lasts.customer_key = opinions.customer_key and lasts.metric = opinions.metric
    left join contacts on lasts.customer_key = contacts.customer_key and lasts.metric = contacts.metric
    left join usage_before on lasts.customer_key = usage_before.customer_key and lasts.metric = usage_before.metric
    left join fees on lasts.customer_key = fees.customer_key and lasts.metric = fees.metric
)

select * from observations
