-- a response whose stage and touchpoint are both called none names neither, and is told from nothing that came
with touches as (
    select * from {{ ref('int_touches') }}
),

counted as (
    select
        month,
        journey_stage,
        touchpoint,
        case
            when not has_next then 'none'
            when next_journey_stage = 'none' and next_touchpoint = 'none' then 'unknown'
            else next_journey_stage
        end as next_journey_stage,
        case
            when not has_next then 'none'
            when next_journey_stage = 'none' and next_touchpoint = 'none' then 'unknown'
            else next_touchpoint
        end as next_touchpoint,
        count(*) as touches
    from touches
    where {{ is_tracked('touches') }}
    group by 1, 2, 3, 4, 5
),

shared as (
    select
        month,
        journey_stage,
        touchpoint,
        next_journey_stage,
        next_touchpoint,
        cast(touches as bigint) as touches,
        cast(sum(touches) over (partition by month, journey_stage, touchpoint) as bigint) as tracked,
        {{ safe_ratio('touches', 'sum(touches) over (partition by month, journey_stage, touchpoint)') }} as next_share
    from counted
)

select * from shared
