{#- The columns of the united shapes that are brought up to date, and what tells their records apart. -#}

{% macro survey_answer_columns() -%}
    {{ return([
        'source', 'survey_id', 'response_id', 'question_id', 'metric', 'scale', 'score', 'comment', 'submitted_at', 'touchpoint',
        'journey_stage', 'channel', 'language', 'customer_node', 'weight', 'is_finished'
    ]) }}
{%- endmacro %}

{% macro survey_answer_key() -%}
    {{ return(['source', 'survey_id', 'response_id', 'question_id']) }}
{%- endmacro %}

{#- The answers that are known at the reporting instant: a query of its own; `moments` and `among` as for union_canonical. -#}
{% macro survey_answers_known(moments=none, among=none) -%}
with answers as (
    {{ union_canonical('survey_answers', survey_answer_columns(), moments=moments, among=among) | indent(4) }}
),

known_by_then as (
    select * from answers
    where submitted_at < {{ as_of() }}
)

select * from known_by_then
{%- endmacro %}

{#- The key by which the marts know a response. A survey's id may hold colons; they are written otherwise here, so that response `c`
    of survey `a:b` is another than response `b:c` of survey `a`. -#}
{% macro response_key(source='source', survey='survey_id', response='response_id') -%}
    {%- set plain_survey = 'replace(replace(' ~ survey ~ ", '%', '%25'), ':', '%3A')" -%}
    {{ customer_hmac("'response:' || " ~ source ~ " || ':' || " ~ plain_survey ~ " || ':' || " ~ response) }}
{%- endmacro %}

{#- The key of a question, which is read by people. -#}
{% macro question_key() -%}
    source || ':' || survey_id || ':' || question_id
{%- endmacro %}

{% macro survey_invite_key() -%}
    {{ return(['source', 'invite_id']) }}
{%- endmacro %}

{#- The key by which the marts know an invite. -#}
{% macro invite_key() -%}
    {{ customer_hmac("'invite:' || source || ':' || invite_id") }}
{%- endmacro %}

{% macro contact_columns() -%}
    {{ return([
        'source', 'contact_id', 'case_id', 'customer_node', 'channel', 'topic', 'team', 'agent_id', 'is_outbound', 'is_abandoned',
        'is_bot', 'is_resolved', 'opened_at', 'first_reply_at', 'resolved_at', 'wait_seconds', 'talk_seconds', 'hold_seconds',
        'wrap_seconds', 'agent_replies', 'customer_replies', 'reopen_count', 'transfer_count'
    ]) }}
{%- endmacro %}

{% macro contact_key() -%}
    {{ return(['source', 'contact_id']) }}
{%- endmacro %}

{#- The key by which the marts know a contact. -#}
{% macro contact_hmac(source='source', contact='contact_id') -%}
    {{ customer_hmac("'contact:' || " ~ source ~ " || ':' || " ~ contact) }}
{%- endmacro %}

{#- What an event of use is counted by, and what an order shows that its customer is active by. -#}
{% macro usage_event_columns() -%}
    {{ return(['source', 'event_id', 'customer_node', 'occurred_at']) }}
{%- endmacro %}

{% macro order_columns() -%}
    {{ return(['source', 'order_id', 'customer_node', 'ordered_at', 'status']) }}
{%- endmacro %}

{#- What a follow-up knows of a subscription. -#}
{% macro follow_up_subscription_columns() -%}
    {{ return(['source', 'subscription_id', 'customer_key', 'mrr', 'started_at', 'ended_at']) }}
{%- endmacro %}
