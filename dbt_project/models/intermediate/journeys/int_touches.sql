{%- set window_seconds = var('journey_days') * 86400 -%}

with answers as (
    select * from {{ ref('fct_survey_answers') }}
),

departures as (
    select * from {{ ref('int_departures') }}
),

subscriptions as (
    select * from {{ ref('int_subscriptions_by_customer') }}
),

touches as (
    select
        response_key,
        journey_stage,
        touchpoint,
        max(customer_key) as customer_key,
        min(submitted_at) as touched_at,
        min(day) as day
    from answers
    group by response_key, journey_stage, touchpoint
),

-- a response about several touchpoints is one step of the journey, known by the first of them in the order of their names
steps as (
    select
        response_key,
        customer_key,
        journey_stage,
        touchpoint,
        touched_at,
        row_number() over (partition by response_key order by touched_at, journey_stage, touchpoint) as place_in_response
    from touches
    where customer_key is not null
),

nexts as (
    select
        response_key,
        lead(journey_stage) over (partition by customer_key order by touched_at, response_key) as next_journey_stage,
        lead(touchpoint) over (partition by customer_key order by touched_at, response_key) as next_touchpoint,
        lead(touched_at) over (partition by customer_key order by touched_at, response_key) as next_touched_at
    from steps
    where place_in_response = 1
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
                    touches.touched_at < departures.departed_at
                    and {{ elapsed_seconds('touches.touched_at', 'departures.departed_at') }} <= {{ window_seconds }}
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

joined as (
    select
        touches.response_key,
        touches.journey_stage,
        touches.touchpoint,
        touches.customer_key,
        touches.touched_at,
        cast({{ dbt.date_trunc('month', 'touches.day') }} as date) as month,
        touches.customer_key is not null
        and {{ elapsed_seconds('touches.touched_at', as_of()) }} > {{ window_seconds }} as is_tracked,
        coalesce({{ elapsed_seconds('touches.touched_at', 'nexts.next_touched_at') }} <= {{ window_seconds }}, false) as has_next,
        nexts.next_journey_stage,
        nexts.next_touchpoint,
        fates.response_key is not null as is_active,
        coalesce(fates.has_left_after = 1, false) as has_left_after
    from touches
    left join nexts on touches.response_key = nexts.response_key
    left join fates
        on
            touches.response_key = fates.response_key
            and touches.journey_stage = fates.journey_stage
            and touches.touchpoint = fates.touchpoint
)

select * from joined
