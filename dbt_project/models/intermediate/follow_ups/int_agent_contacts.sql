{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_identified') }}
),

-- what a bot said, and what nobody answered, reached no customer; what lasts beyond the reporting instant is cut there, since it is not
-- known by then, and no calendar holds a hundred thousand years
by_people as (
    select
        source,
        contact_id,
        customer_key,
        is_outbound,
        is_resolved,
        resolved_at,
        coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) as spoken_seconds,
        case
            when is_outbound then opened_at
            when first_reply_at is not null then first_reply_at
            when coalesce(wait_seconds, talk_seconds) is not null
                then {{ seconds_later('opened_at', 'least(coalesce(wait_seconds, 0), ' ~ elapsed_seconds('opened_at', as_of()) ~ ')') }}
            when is_resolved then coalesce(resolved_at, opened_at)
            when agent_replies > 0 then opened_at
        end as contacted_at
    from contacts
    where customer_key is not null and not is_abandoned and not is_bot
),

solved as (
    select
        source,
        contact_id,
        customer_key,
        is_outbound,
        contacted_at,
        case
            when is_resolved
                then greatest(contacted_at, coalesce(resolved_at, {{ seconds_later(
                    'contacted_at', 'least(spoken_seconds, ' ~ elapsed_seconds('contacted_at', as_of()) ~ ')'
                ) }}))
        end as solved_at
    from by_people
    where contacted_at < {{ as_of() }}
),

known_by_then as (
    select
        source,
        contact_id,
        customer_key,
        is_outbound,
        contacted_at,
        case when solved_at < {{ as_of() }} then solved_at end as solved_at
    from solved
)

select * from known_by_then
