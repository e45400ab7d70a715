with invites as (
    select
        cast({{ dbt.date_trunc('month', 'day') }} as date) as month,
        survey,
        channel,
        is_delivered,
        is_answered,
        is_completed
    from {{ ref('fct_survey_invites') }}
),

counted as (
    select
        month,
        survey,
        channel,
        count(*) as invites,
        sum(case when is_delivered then 1 else 0 end) as delivered,
        sum(case when is_answered then 1 else 0 end) as responses,
        sum(case when is_completed then 1 else 0 end) as completed
    from invites
    group by month, survey, channel
),

rated as (
    select
        month,
        survey,
        channel,
        cast(invites as bigint) as invites,
        cast(delivered as bigint) as delivered,
        cast(responses as bigint) as responses,
        cast(completed as bigint) as completed,
        {{ safe_ratio('responses', 'delivered') }} as response_rate,
        {{ safe_ratio('completed', 'invites') }} as aapor_rr1,
        {{ safe_ratio('responses', 'invites') }} as aapor_rr2,
        {{ safe_ratio('completed', 'delivered') }} as aapor_rr5,
        {{ safe_ratio('responses', 'delivered') }} as aapor_rr6
    from counted
)

select * from rated
