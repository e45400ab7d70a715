-- What an update in place loses stays lost until the next whole build, and every figure made of it is wrong without a sign.
with told_invites as (
    {{ union_canonical('survey_invites', ['sent_at']) | indent(4) }}
),

invites as (
    select * from told_invites
    where sent_at < {{ as_of() }}
),

events as (
    select * from {{ ref('int_usage_events_unioned') }}
    where customer_node is not null
),

counted as (
    select
        'answers' as records,
        (select count(*) from {{ ref('int_survey_answers_scored') }}) as told,
        (select count(*) from {{ ref('fct_survey_answers') }}) as kept
    union all
    select
        'invites' as records,
        (select count(*) from invites) as told,
        (select count(*) from {{ ref('fct_survey_invites') }}) as kept
    union all
    select
        'use' as records,
        (select count(*) from events) as told,
        (select coalesce(sum(events), 0) from {{ ref('int_usage_by_customer_day') }}) as kept
    union all
    select
        'follow-ups' as records,
        (select count(distinct response_key) from {{ ref('int_follow_up_answers') }}) as told,
        (select count(*) from {{ ref('follow_ups') }}) as kept
)

select * from counted
where told <> kept
