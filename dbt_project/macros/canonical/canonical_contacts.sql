{#- The contacts that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_contacts(source) -%}
with contacts as (
    select * from {{ ref('stg_' ~ source ~ '__contacts') }}
),

mapped as (
    select
        '{{ source }}' as source,
        contact_id,
        case_id,
        customer_node,
        channel,
        topic,
        team,
        agent_id,
        coalesce(lower(trim(direction)) = 'outbound', false) as is_outbound,
        coalesce(is_abandoned, false) as is_abandoned,
        coalesce(is_bot, false) as is_bot,
        is_resolved,
        opened_at,
        first_reply_at,
        resolved_at,
        -- what is not told in seconds is told by its instants; from answer to end a call is talk and hold together
        coalesce(
            wait_seconds, case when answered_at >= opened_at then {{ elapsed_seconds('opened_at', 'answered_at') }} end
        ) as wait_seconds,
        coalesce(
            talk_seconds,
            case
                when ended_at >= answered_at
                    then greatest({{ elapsed_seconds('answered_at', 'ended_at') }} - coalesce(hold_seconds, 0), 0)
            end
        ) as talk_seconds,
        hold_seconds,
        wrap_seconds,
        agent_replies,
        customer_replies,
        reopen_count,
        transfer_count,
        _batch
    from contacts
)

select * from mapped
{%- endmacro %}
