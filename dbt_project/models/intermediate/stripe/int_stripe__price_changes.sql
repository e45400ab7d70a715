{{ config(materialized='view') }}

with subscriptions as (
    select * from {{ ref('stg_stripe__subscriptions') }}
),

events as (
    select * from {{ ref('stg_stripe__events') }}
),

-- what is tried out brings nothing until the trial ends; what was never paid for at the start has never begun
begun as (
    select
        subscription_id,
        mrr,
        list_mrr,
        case when trial_ends_at > started_at then trial_ends_at else started_at end as began_at,
        ended_at
    from subscriptions
    where status in ('active', 'past_due', 'unpaid', 'canceled')
),

-- a discount that the event has as an id only is taken to be today's
changes as (
    select
        events.subscription_id,
        events.happened_at,
        events.plan_before,
        case
            when events.are_discounts_read or coalesce(begun.list_mrr, 0) = 0 then events.mrr_before
            else events.list_mrr_before * begun.mrr / begun.list_mrr
        end as mrr_before,
        row_number() over (
            partition by events.subscription_id order by events.happened_at asc, events._position desc, events.event_id asc
        ) as change_number
    from events
    inner join begun on events.subscription_id = begun.subscription_id
    where
        events.event_type = 'customer.subscription.updated'
        and (events.mrr_before <> events.mrr or coalesce(events.plan_before, '') <> coalesce(events.plan, ''))
        and events.happened_at > begun.began_at
        and (begun.ended_at is null or events.happened_at < begun.ended_at)
)

select * from changes
