{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['response_key'],
    pre_hook="{{ take_out('int_survey_answers_touched', ['response_key']) }}"
) }}

with {% if var('increment') -%}
-- a journey is that of a customer, whose responses are all told again, even those that somebody else takes part in
responses as (
    select response_key from {{ ref('int_survey_answers_touched') }}
    union
    select response_key from {{ ref('int_survey_answers_identified') }}
    where customer_key in (select touched.customer_key from {{ ref('int_journey_customers_touched') }} as touched)
),

{% endif -%}
answers as (
    select
        response_key,
        journey_stage,
        touchpoint,
        customer_key,
        submitted_at,
        day,
        response_order
    from {{ ref('int_survey_answers_identified') }}
    {% if var('increment') -%}
    where response_key in (select responses.response_key from responses)
    {%- endif %}
),

by_customer as (
    select
        response_key,
        journey_stage,
        touchpoint,
        customer_key,
        min(submitted_at) as touched_at,
        min(day) as day,
        max(response_order) as response_order,
        row_number() over (
            partition by response_key, journey_stage, touchpoint
            order by case when customer_key is null then 1 else 0 end, customer_key desc
        ) as customer_rank
    from answers
    group by response_key, journey_stage, touchpoint, customer_key
),

-- of several customers of a touch one, and when that one gave the answer: ties are known of a customer's own instants
touches as (
    select * from by_customer
    where customer_rank = 1
),

-- a response about several touchpoints is one step of the journey, known by the first of them in the order of their names
steps as (
    select
        response_key,
        customer_key,
        journey_stage,
        touchpoint,
        touched_at,
        response_order,
        row_number() over (partition by response_key order by touched_at, journey_stage, touchpoint) as place_in_response
    from touches
    where customer_key is not null
),

nexts as (
    select
        response_key,
        customer_key,
        lead(journey_stage) over (partition by customer_key order by touched_at, response_order) as next_journey_stage,
        lead(touchpoint) over (partition by customer_key order by touched_at, response_order) as next_touchpoint,
        lead(touched_at) over (partition by customer_key order by touched_at, response_order) as next_touched_at
    from steps
    where place_in_response = 1
),

joined as (
    select
        touches.response_key,
        touches.journey_stage,
        touches.touchpoint,
        touches.customer_key,
        touches.touched_at,
        cast({{ dbt.date_trunc('month', 'touches.day') }} as date) as month,
        coalesce({{ elapsed_seconds('touches.touched_at', 'nexts.next_touched_at') }} <= {{ journey_seconds() }}, false) as has_next,
        nexts.next_journey_stage,
        nexts.next_touchpoint
    from touches
    left join nexts on touches.response_key = nexts.response_key
    {% if var('increment') -%}
    -- of somebody else's journey not all responses are here
    where
        touches.response_key in (select touched.response_key from {{ ref('int_survey_answers_touched') }} as touched)
        or nexts.customer_key in (select touched.customer_key from {{ ref('int_journey_customers_touched') }} as touched)
    {%- endif %}
)

select * from joined
