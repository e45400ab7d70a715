-- `none` stands for nothing that came next: a stage of that name must not be counted as it, nor the other way round.
with nexts as (
    select
        month,
        journey_stage,
        touchpoint,
        sum(case when next_journey_stage = 'none' and next_touchpoint = 'none' then 0 else touches end) as with_next
    from {{ ref('journey_next_by_month') }}
    group by month, journey_stage, touchpoint
)

select journeys.month
from {{ ref('journey_by_month') }} as journeys
left join nexts
    on
        journeys.month = nexts.month
        and journeys.journey_stage = nexts.journey_stage
        and journeys.touchpoint = nexts.touchpoint
where journeys.with_next <> coalesce(nexts.with_next, 0)
