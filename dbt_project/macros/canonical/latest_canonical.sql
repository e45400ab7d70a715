{#- The latest rows of a canonical stream, whether files or a database told of them: key and columns as the contract names them. -#}
{% macro latest_canonical(relation, stream) -%}
    {%- set streams = {
        'contacts': {
            'key': ['contact_id'],
            'columns': ['contact_id', 'case_id', 'customer_id', 'email', 'channel', 'topic', 'direction', 'opened_at', 'answered_at',
                'ended_at', 'first_reply_at', 'resolved_at', 'is_resolved', 'is_abandoned', 'is_bot', 'wait_seconds', 'talk_seconds',
                'hold_seconds', 'wrap_seconds', 'agent_replies', 'customer_replies', 'reopen_count', 'transfer_count', 'agent_id',
                'team']
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
                'touchpoint', 'journey_stage', 'channel', 'language', 'customer_id', 'email', 'contact_id', 'weight', 'is_finished']
        },
        'survey_invites': {
            'key': ['invite_id'],
            'columns': ['invite_id', 'survey_id', 'sent_at', 'delivered', 'opened_at', 'responded_at', 'response_id', 'channel',
                'customer_id', 'email', 'status']
        },
        'usage_events': {
            'key': ['event_id'],
            'columns': ['event_id', 'customer_id', 'email', 'event_name', 'occurred_at', 'session_id', 'duration_seconds', 'quantity']
        },
    } -%}
    {{ latest_version(relation, key=streams[stream].key, columns=streams[stream].columns) }}
{%- endmacro %}
