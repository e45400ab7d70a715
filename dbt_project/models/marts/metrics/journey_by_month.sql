with touches as (
    select * from {{ ref('int_touches_followed') }}
),

nexts as (
    select * from {{ ref('journey_next_by_month') }}
),

answers as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'day') }} as date) as month
    from {{ ref('fct_survey_answers') }}
),

-- the headline instruments only, as on the scorecard: NPS on 0-10, CES 2.0 on 1-7, CSAT on every scale with boxes
scores as (
    select
        month,
        journey_stage,
        touchpoint,
        sum(case when metric = 'nps' and scale = '0-10' then 1 else 0 end) as nps_responses,
        sum(case when metric = 'nps' and scale = '0-10' and category = 'promoter' then 1 else 0 end) as promoters,
        sum(case when metric = 'nps' and scale = '0-10' and category = 'passive' then 1 else 0 end) as passives,
        sum(case when metric = 'nps' and scale = '0-10' and category = 'detractor' then 1 else 0 end) as detractors,
        sum(case when metric = 'csat' and category is not null then 1 else 0 end) as csat_responses,
        {{ count_of('satisfied') }} as satisfied,
        sum(case when metric = 'ces' and scale = '1-7' then 1 else 0 end) as ces_responses,
        sum(case when metric = 'ces' and scale = '1-7' and category = 'easy' then 1 else 0 end) as easy,
        sum(case when metric = 'ces' and scale = '1-7' then score else 0 end) as ces_score_sum
    from answers
    group by month, journey_stage, touchpoint
),

counted as (
    select
        month,
        journey_stage,
        touchpoint,
        count(*) as volume,
        count(distinct customer_key) as customers,
        sum(case when customer_key is null then 1 else 0 end) as anonymous,
        sum(case when customer_key is not null and not is_tracked then 1 else 0 end) as pending,
        sum(case when is_tracked then 1 else 0 end) as tracked,
        sum(case when is_tracked and has_next then 1 else 0 end) as with_next,
        sum(case when is_tracked and is_active then 1 else 0 end) as tracked_active,
        sum(case when is_tracked and is_active and has_left_after then 1 else 0 end) as churned_after
    from touches
    group by month, journey_stage, touchpoint
),

labelled as (
    select
        month,
        journey_stage,
        touchpoint,
        -next_share as place,
        case
            when next_journey_stage = 'none' and next_touchpoint = 'none' then 'none'
            else next_journey_stage || '/' || next_touchpoint
        end as label,
        cast(cast(next_share as decimal(6, 4)) as {{ dbt.type_string() }}) as share_text
    from nexts
),

lists as (
    select
        month,
        journey_stage,
        touchpoint,
        {{ joined_text("label || '=' || share_text", 'place, label') }} as next_touchpoint_shares
    from labelled
    group by month, journey_stage, touchpoint
),

final as (
    select
        scores.month,
        scores.journey_stage,
        scores.touchpoint,
        {% for part in ['volume', 'customers', 'anonymous'] -%}
        cast(coalesce(counted.{{ part }}, 0) as bigint) as {{ part }},
        {% endfor -%}
        {% for part in ['nps_responses', 'promoters', 'passives', 'detractors'] -%}
        cast(scores.{{ part }} as bigint) as {{ part }},
        {% endfor -%}
        100 * {{ safe_ratio('scores.promoters - scores.detractors', 'scores.nps_responses') }} as nps,
        cast(scores.csat_responses as bigint) as csat_responses,
        cast(scores.satisfied as bigint) as satisfied,
        100 * {{ safe_ratio('scores.satisfied', 'scores.csat_responses') }} as csat,
        cast(scores.ces_responses as bigint) as ces_responses,
        cast(scores.easy as bigint) as easy,
        cast(scores.ces_score_sum as double) as ces_score_sum,
        {{ safe_ratio('scores.ces_score_sum', 'scores.ces_responses') }} as ces,
        {% for part in ['pending', 'tracked', 'with_next'] -%}
        cast(coalesce(counted.{{ part }}, 0) as bigint) as {{ part }},
        {% endfor -%}
        lists.next_touchpoint_shares,
        cast(coalesce(counted.tracked_active, 0) as bigint) as tracked_active,
        cast(coalesce(counted.churned_after, 0) as bigint) as churned_after,
        {{ safe_ratio('counted.churned_after', 'counted.tracked_active') }} as churn_rate_after,
        case
            when
                {{ elapsed_seconds(instant_of_local(dbt.dateadd('month', 1, 'scores.month')), as_of()) }}
                < {{ journey_seconds() }}
                then 'provisional'
            else 'final'
        end as status
    -- every touch has answers in its month; a response that goes on in the next has answers there and no touch
    from scores
    left join counted
        on
            scores.month = counted.month
            and scores.journey_stage = counted.journey_stage
            and scores.touchpoint = counted.touchpoint
    left join lists
        on
            counted.month = lists.month
            and counted.journey_stage = lists.journey_stage
            and counted.touchpoint = lists.touchpoint
)

select * from final
