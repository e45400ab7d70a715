-- the days whose figures change: of every touched invite the day that it had and the day that it has
with touched as (
    select * from {{ ref('int_survey_invites_touched') }}
),

known as (
    select known.day
    from {{ before('fct_survey_invites', database='marts', schema='marts') }} as known
    inner join touched on known.invite_key = touched.invite_key
),

incoming as (
    select invites.day
    from {{ ref('int_survey_invites') }} as invites
    inner join touched on {{ same_key('invites', 'touched', survey_invite_key()) }}
),

days as (
    select day from known
    union
    select day from incoming
)

select * from days
