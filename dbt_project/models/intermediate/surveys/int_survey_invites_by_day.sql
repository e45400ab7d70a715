{{ grows_by('int_survey_invite_days_touched', ['day']) }}

with invites as (
    select * from {{ ref('fct_survey_invites') }}
    where true {{ and_in('day', 'int_survey_invite_days_touched') }}
),

counted as (
    select
        day,
        survey,
        channel,
        segment,
        country,
        count(*) as invites,
        count(case when is_delivered then 1 end) as delivered,
        count(case when is_answered then 1 end) as answered,
        count(case when is_completed then 1 end) as completed
    from invites
    group by day, survey, channel, segment, country
)

select * from counted
