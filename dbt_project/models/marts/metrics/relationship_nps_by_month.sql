{%- set cuts = ['segment', 'country'] -%}

-- the relationship, not the touchpoint: a customer has one say a month, the last one
with answers as (
    select
        cast({{ dbt.date_trunc('month', 'day') }} as date) as month,
        {{ cuts | join(', ') }},
        customer_key,
        category,
        row_number() over (
            partition by customer_key, cast({{ dbt.date_trunc('month', 'day') }} as date)
            order by submitted_at desc, response_order desc, question_key desc
        ) as version_rank
    from {{ ref('int_survey_answers_identified') }}
    where metric = 'nps' and scale = '0-10'
),

counted as (
    select
        month,
        {{ cuts | join(', ') }},
        count(*) as answers,
        count(case when customer_key is null then 1 end) as unidentified,
        count(case when customer_key is not null and version_rank = 1 then 1 end) as customers,
        count(case when customer_key is not null and version_rank = 1 and category = 'promoter' then 1 end) as promoters,
        count(case when customer_key is not null and version_rank = 1 and category = 'passive' then 1 end) as passives,
        count(case when customer_key is not null and version_rank = 1 and category = 'detractor' then 1 end) as detractors
    from answers
    group by month, {{ cuts | join(', ') }}
),

scored as (
    select
        *,
        {{ safe_ratio('100 * (promoters - detractors)', 'customers') }} as nps,
        {{ nps_adjusted_wald('promoters', 'detractors', 'customers', 'low') }} as ci_low,
        {{ nps_adjusted_wald('promoters', 'detractors', 'customers', 'high') }} as ci_high
    from counted
)

select * from scored
