{#- The latest rows of a canonical stream, whether files or a database told of them: key and columns as the contract names them. Of streams
    that are read many times, whose records stand for a customer, `customer_node` is reckoned here, once.
    These streams hold the most rows, so they are tables: a build that brings them up to date ranks the versions that have come since
    with the one that it has of the same records, and replaces it. -#}
{% macro latest_canonical(source_name, stream) -%}
    {%- set streams = {
        'contacts': {
            'key': ['contact_id'],
            'columns': ['contact_id', 'case_id', 'customer_id', 'email', 'channel', 'topic', 'direction', 'opened_at', 'answered_at',
                'ended_at', 'first_reply_at', 'resolved_at', 'is_resolved', 'is_abandoned', 'is_bot', 'wait_seconds', 'talk_seconds',
                'hold_seconds', 'wrap_seconds', 'agent_replies', 'customer_replies', 'reopen_count', 'transfer_count', 'agent_id',
                'team'],
            'has_customer_node': true
        },
        'customers': {
            'key': ['customer_id'],
            'columns': ['customer_id', 'email', 'account_id', 'account_name', 'segment', 'country', 'language', 'industry', 'owner',
                'created_at', 'archived_at']
        },
        'orders': {
            'key': ['order_id'],
            'columns': ['order_id', 'customer_id', 'email', 'ordered_at', 'amount', 'currency', 'status']
        },
        'reviews': {
            'key': ['review_id'],
            'columns': ['review_id', 'site', 'rating', 'rating_max', 'text', 'posted_at', 'author', 'email', 'url']
        },
        'subscriptions': {
            'key': ['subscription_id'],
            'columns': ['subscription_id', 'customer_id', 'plan', 'mrr', 'currency', 'started_at', 'ended_at', 'cancel_reason',
                'cancel_kind']
        },
        'survey_answers': {
            'key': ['survey_id', 'response_id', 'question_id'],
            'columns': ['response_id', 'question_id', 'metric', 'scale', 'score', 'label', 'comment', 'submitted_at', 'survey_id',
                'touchpoint', 'journey_stage', 'channel', 'language', 'customer_id', 'email', 'contact_id', 'weight', 'is_finished'],
            'has_customer_node': true
        },
        'survey_invites': {
            'key': ['invite_id'],
            'columns': ['invite_id', 'survey_id', 'sent_at', 'delivered', 'opened_at', 'responded_at', 'response_id', 'channel',
                'customer_id', 'email', 'status'],
            'has_customer_node': true
        },
        'usage_events': {
            'key': ['event_id'],
            'columns': ['event_id', 'customer_id', 'email', 'event_name', 'occurred_at', 'session_id', 'duration_seconds', 'quantity']
        },
    } -%}
    {%- set key, columns = streams[stream].key, streams[stream].columns -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=key,
        meta={'written': {'batches_of': [source_name, stream], 'key': key}}
    ) }}
    {%- set computed = {'customer_node': customer_node(company='customer_id', email='email')} if streams[stream].has_customer_node else {} -%}
    {%- set kept = (columns + ['_batch', '_window_end', '_landed_at', '_position']) | join(', ') -%}
    {% if var('increment') and stream in replaced_streams() -%}
    -- depends_on: {{ ref('int_' ~ stream ~ '_replaced') }}
    {% endif -%}
    {%- if var('increment') -%}
    {%- set told -%}
    (
        select {{ kept }}
        from {{ source(source_name, stream) }}
        where _batch in ({{ new_batches(source_name, stream) }})
        union all
        select {{ kept }}
        from {{ this }}
        where ({{ key | join(', ') }}) in (
            select {{ key | join(', ') }} from {{ source(source_name, stream) }}
            where _batch in ({{ new_batches(source_name, stream) }})
        )
    ) as told
    {%- endset %}
    {{ latest_version(told, key=key, columns=columns, computed=computed) }}
    {%- else -%}
    {%- set told_again -%}
    (
        select told.*
        from {{ source(source_name, stream) }} as told
        where exists (select 1 from ids_told_again as ids where {{ same_key('told', 'ids', key) }})
    ) as told
    {%- endset %}
-- most records are told once: only the others are sorted, with all that they say
with ids_told_again as (
    select {{ key | join(', ') }} from {{ source(source_name, stream) }}
    group by {{ key | join(', ') }}
    having count(*) > 1
),

latest_of_several as (
    {{ latest_version(told_again, key=key, columns=columns) | indent(4) }}
),

records as (
    select {{ kept }} from latest_of_several
    union all
    select {{ kept }}
    from {{ source(source_name, stream) }} as told
    where not exists (select 1 from ids_told_again as ids where {{ same_key('told', 'ids', key) }})
)

select *{% for name, expression in computed.items() %}, {{ expression }} as {{ name }}{% endfor %}
from records
    {%- endif %}
{%- endmacro %}
