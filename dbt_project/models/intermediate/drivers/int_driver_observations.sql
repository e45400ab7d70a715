with lasts as (
    select * from {{ ref('int_driver_answers') }}
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

-- of customers with a subscription at any time: who has none at the answer pays nothing, of others it is not known
fees as (
    select
        lasts.customer_key,
        lasts.metric,
        sum(
            case
                when
                    subscriptions.started_at < lasts.submitted_at
                    and (subscriptions.ended_at is null or subscriptions.ended_at >= lasts.submitted_at)
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
        cast(lasts.csat_score_100 as double) as csat_score_100,
        cast(lasts.ces_score_100 as double) as ces_score_100,
        {% for count in ['contacts', 'repeats', 'unresolved', 'reopened'] -%}
        cast(coalesce(contacts.{{ count }}, 0) as double) as {{ count }}_in_90_days,
        {% endfor -%}
        cast(contacts.wait_seconds as double) as mean_wait_seconds,
        cast(contacts.first_reply_minutes as double) as mean_first_reply_minutes,
        cast(lasts.usage_events as double) as usage_events_in_30_days,
        cast({{ elapsed_seconds('customers.first_seen_at', 'lasts.submitted_at') }} / 86400 as double) as days_since_first_seen,
        cast(fees.mrr as double) as mrr
    from lasts
    inner join {{ ref('dim_customers') }} as customers on lasts.customer_key = customers.customer_key
    left join contacts on lasts.customer_key = contacts.customer_key and lasts.metric = contacts.metric
    left join fees on lasts.customer_key = fees.customer_key and lasts.metric = fees.metric
)

select * from observations
