{{ config(materialized='view') }}

with subscriptions as (
    select * from {{ ref('stg_stripe__subscriptions') }}
),

changes as (
    select * from {{ ref('int_stripe__price_changes') }}
),

last_changes as (
    select subscription_id, max(happened_at) as happened_at
    from changes
    group by subscription_id
),

begun as (
    select
        subscription_id,
        customer_id,
        upper(currency) as currency,
        plan,
        mrr,
        case when trial_ends_at > started_at then trial_ends_at else started_at end as began_at,
        ended_at,
        case
            when cancel_reason in ('payment_failed', 'payment_disputed') then 'involuntary'
            when cancel_reason = 'cancellation_requested' then 'voluntary'
        end as cancel_kind,
        coalesce(cancel_feedback, cancel_reason) as cancel_reason
    from subscriptions
    where status in ('active', 'past_due', 'unpaid', 'canceled')
),

earlier_periods as (
    select
        changes.subscription_id || '#' || cast(changes.change_number as {{ dbt.type_string() }}) as subscription_id,
        begun.customer_id,
        changes.plan_before as plan,
        changes.mrr_before as mrr,
        begun.currency,
        coalesce(
            lag(changes.happened_at) over (partition by changes.subscription_id order by changes.change_number), begun.began_at
        ) as started_at,
        changes.happened_at as ended_at,
        cast(null as {{ dbt.type_string() }}) as cancel_kind,
        'plan change' as cancel_reason
    from changes
    inner join begun on changes.subscription_id = begun.subscription_id
),

last_periods as (
    select
        begun.subscription_id,
        begun.customer_id,
        begun.plan,
        begun.mrr,
        begun.currency,
        coalesce(last_changes.happened_at, begun.began_at) as started_at,
        begun.ended_at,
        begun.cancel_kind,
        begun.cancel_reason
    from begun
    left join last_changes on begun.subscription_id = last_changes.subscription_id
),

periods as (
    select * from earlier_periods
    union all
    select * from last_periods
),

mapped as (
    select
        'stripe' as source,
        subscription_id,
        {{ customer_node(stripe='customer_id') }} as customer_node,
        plan,
        mrr,
        currency,
        started_at,
        ended_at,
        cancel_kind,
        cancel_reason
    from periods
    where ended_at is null or ended_at > started_at
)

select * from mapped
