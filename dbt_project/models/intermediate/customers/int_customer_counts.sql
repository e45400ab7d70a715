{%- set counted = {
    'int_customer_contacts': [
        'last_contact_at', 'contacts_in_90_days', 'repeats_in_90_days', 'unresolved_in_90_days', 'outbound_in_90_days', 'abandoned_in_90_days'
    ],
    'int_customer_cases': ['open_follow_ups', 'overdue_follow_ups'],
    'int_customer_usage': ['usage_events', 'usage_events_before', 'usage_days', 'usage_days_before', 'last_used_at'],
    'int_customer_mrr': ['mrr_90_days_ago', 'mrr_now'],
} -%}
{%- set columns = counted.values() | sum(start=[]) -%}

-- rows below each other and then one a customer, since a grouping needs less memory than as many joins
with counts as (
    {% for model, own in counted.items() -%}
    select
        {% for column in columns -%}
        {{ column if column in own else 'null' }} as {{ column }},
        {% endfor -%}
        customer_key
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

by_customer as (
    select
        {% for column in columns -%}
        max({{ column }}) as {{ column }},
        {% endfor -%}
        customer_key
    from counts
    group by customer_key
)

select * from by_customer
