{{ grows_by('int_survey_invites_touched', ['invite_key']) }}
{% if var('increment') -%}
-- depends_on: {{ ref('int_survey_invite_days_touched') }}
{% endif -%}

with invites as (
    select * from {{ ref('int_survey_invites') }}
),

keyed as (
    select
        {{ invite_key() }} as invite_key,
        customer_key,
        source,
        survey,
        channel,
        segment,
        country,
        day,
        sent_at,
        is_delivered,
        opened_at,
        is_answered,
        responded_at,
        case
            when is_answered and response_id is not null
                then {{ response_key('response_source', 'survey', 'response_id') }}
        end as response_key,
        is_completed
    from invites
)

select * from keyed
