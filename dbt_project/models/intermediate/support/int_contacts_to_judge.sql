{{ config(materialized='view') }}

with contacts as (
    select
        source,
        contact_id,
        case_id,
        customer_key,
        segment,
        channel,
        topic,
        team,
        agent_id,
        is_outbound,
        is_abandoned,
        is_bot,
        is_resolved,
        opened_at,
        first_reply_at,
        resolved_at,
        wait_seconds,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        agent_replies,
        customer_replies,
        reopen_count,
        transfer_count,
        is_eligible_for_fcr
    from {{ ref('int_contacts_identified') }} as known
    {{ only_those_in('int_contacts_touched', 'known', contact_key()) }} {{ or_in('customer_key', 'int_contact_customers_touched') }}
)

select * from contacts
