with touches as (
    select * from {{ ref('int_touches') }}
),

departures as (
    select * from {{ ref('int_departures') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

-- of customers with a subscription at the touch, whether the last one ended within the window after it
fates as (
    select
        touches.response_key,
        touches.journey_stage,
        touches.touchpoint,
        max(
            case
                when
                    touches.touched_at <= departures.departed_at
                    and {{ elapsed_seconds('touches.touched_at', 'departures.departed_at') }} <= {{ journey_seconds() }}
                    then 1
                else 0
            end
        ) as has_left_after
    from touches
    inner join subscriptions
        on
            touches.customer_key = subscriptions.customer_key
            and touches.touched_at > subscriptions.started_at
            and (subscriptions.ended_at is null or touches.touched_at <= subscriptions.ended_at)
    left join departures on touches.customer_key = departures.customer_key
    group by touches.response_key, touches.journey_stage, touches.touchpoint
),

followed as (
    select
        touches.response_key,
        touches.journey_stage,
        touches.touchpoint,
        touches.customer_key,
        touches.month,
        {{ is_tracked('touches') }} as is_tracked,
        touches.has_next,
        fates.response_key is not null as is_active,
        coalesce(fates.has_left_after = 1, false) as has_left_after
    from touches
    left join fates
        on
            touches.response_key = fates.response_key
            and touches.journey_stage = fates.journey_stage
            and touches.touchpoint = fates.touchpoint
)

select * from followed
