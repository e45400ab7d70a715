{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('int_contacts_to_judge') }}
),

bot_sessions as (
    select
        source,
        contact_id,
        customer_key,
        opened_at
    from contacts
    where is_bot and customer_key is not null
),

-- an abandoned call counts too: the customer asked for a person
asked_for_a_person as (
    select
        customer_key,
        opened_at
    from contacts
    where not is_bot and not is_outbound and customer_key is not null
),

escalated as (
    select
        bot_sessions.source,
        bot_sessions.contact_id
    from bot_sessions
    inner join asked_for_a_person
        on
            bot_sessions.customer_key = asked_for_a_person.customer_key
            and bot_sessions.opened_at <= asked_for_a_person.opened_at
            and {{ elapsed_seconds('bot_sessions.opened_at', 'asked_for_a_person.opened_at') }} <= 3600 * {{ var('bot_escalation_hours') }}
    group by bot_sessions.source, bot_sessions.contact_id
)

select * from escalated
