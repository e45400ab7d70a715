{{ config(materialized='view') }}

-- A day of activity makes a customer active on the mornings of the days after it, as many as inactivity_days. Months are told from the
-- days alone: customers times months are never written out.
{%- set tomorrow = 'cast(' ~ dbt.dateadd('day', 1, last_reported_day()) ~ ' as date)' %}

with stays as (
    select
        customer_key,
        first_day,
        cast({{ dbt.dateadd('day', var('inactivity_days'), 'last_day') }} as date) as seen_until,
        customer_first_day
    from {{ ref('int_activity_stays') }}
),

placed as (
    select
        customer_key,
        cast({{ dbt.date_trunc('month', 'first_day') }} as date) as first_month,
        case when seen_until < {{ tomorrow }} then cast({{ dbt.date_trunc('month', 'seen_until') }} as date) end as last_month,
        cast({{ dbt.date_trunc('month', 'customer_first_day') }} as date) as customer_first_month
    from stays
),

-- not who came and fell silent between two boundaries
spans as (
    select
        customer_key,
        first_month,
        last_month,
        customer_first_month
    from placed
    where last_month is null or last_month > first_month
)

select * from spans
