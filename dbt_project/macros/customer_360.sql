{#- The metrics of which customer_360 shows the last answer. -#}
{% macro metrics_of_a_customer() -%}
    {{ return(['nps', 'csat', 'ces', 'cli_recommend', 'cli_repurchase', 'cli_try_other', 'emotion', 'expectation', 'experience']) }}
{%- endmacro %}

{#- Those of them whose answers fall in boxes. -#}
{% macro boxed_metrics() -%}
    {{ return(['nps', 'csat', 'ces']) }}
{%- endmacro %}

{#- The signs that a customer may leave: the word in churn_risk_why, and the column of customer_360 that says whether it is there. -#}
{% macro churn_risk_signals() -%}
    {{ return({
        'detractor': 'is_detractor',
        'dissatisfied': 'is_dissatisfied',
        'high_effort': 'has_high_effort',
        'overdue_follow_up': 'has_overdue_follow_up',
        'repeat_contacts': 'has_repeat_contacts',
        'unresolved_contacts': 'has_unresolved_contacts',
        'usage_drop': 'has_usage_drop',
        'downgrade': 'has_downgraded',
    }) }}
{%- endmacro %}
