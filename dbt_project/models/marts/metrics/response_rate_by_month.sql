with invites as (
    select
        cast({{ dbt.date_trunc('month', 'day') }} as date) as month,
        survey,
        channel,
        invites,
        delivered,
        answered,
        completed
    from {{ ref('int_survey_invites_by_day') }}
),

counted as (
    select
        month,
        survey,
        channel,
        sum(invites) as invites,
        sum(delivered) as delivered,
        sum(answered) as responses,
        sum(completed) as completed
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
