{%- set oldest_answer = dbt.dateadd('day', -var('churn_risk_answer_days'), as_of()) -%}
{%- set usage_began = dbt.dateadd('day', 1 - 2 * var('usage_trend_days'), last_reported_day()) -%}

with customers as (
    select * from {{ ref('dim_customers') }}
),

last_answers as (
    select * from {{ ref('int_customer_last_answers') }}
),

counts as (
    select * from {{ ref('int_customer_counts') }}
),

joined as (
    select
        customers.*,
        customers.mrr is not null and customers.churned_at is null as is_active,
        cast(counts.mrr_90_days_ago as double) as mrr_90_days_ago,
        {% for metric in metrics_of_a_customer() -%}
        last_answers.last_{{ metric }}_score,
        last_answers.last_{{ metric }}_scale,
        {% if metric in boxed_metrics() -%}
        last_answers.last_{{ metric }}_category,
        {% endif -%}
        last_answers.last_{{ metric }}_at,
        {% endfor -%}
        counts.last_contact_at,
        {% for count in ['contacts', 'repeats', 'unresolved', 'outbound', 'abandoned'] -%}
        coalesce(counts.{{ count }}_in_90_days, 0) as {{ count }}_in_90_days,
        {% endfor -%}
        coalesce(counts.open_follow_ups, 0) as open_follow_ups,
        coalesce(counts.overdue_follow_ups, 0) as overdue_follow_ups,
        coalesce(counts.usage_events, 0) as usage_events,
        coalesce(counts.usage_events_before, 0) as usage_events_before,
        coalesce(counts.usage_days, 0) as usage_days,
        coalesce(counts.usage_days_before, 0) as usage_days_before,
        counts.last_used_at,
        {{ safe_ratio('counts.usage_events - counts.usage_events_before', 'counts.usage_events_before') }} as usage_change_rate,
        coalesce({{ local_date('customers.first_seen_at') }} > cast({{ usage_began }} as date), false) as is_young,
        coalesce(last_answers.last_nps_needs_follow_up and last_answers.last_nps_at >= {{ oldest_answer }}, false) as is_detractor,
        coalesce(last_answers.last_csat_needs_follow_up and last_answers.last_csat_at >= {{ oldest_answer }}, false) as is_dissatisfied,
        coalesce(last_answers.last_ces_needs_follow_up and last_answers.last_ces_at >= {{ oldest_answer }}, false) as has_high_effort,
        coalesce(counts.overdue_follow_ups > 0, false) as has_overdue_follow_up,
        coalesce(counts.repeats_in_90_days >= {{ var('churn_risk_repeats') }}, false) as has_repeat_contacts,
        coalesce(counts.unresolved_in_90_days > 0, false) as has_unresolved_contacts,
        coalesce(counts.mrr_now < counts.mrr_90_days_ago, false) as has_downgraded
    from customers
    left join last_answers on customers.customer_key = last_answers.customer_key
    left join counts on customers.customer_key = counts.customer_key
),

judged as (
    select
        *,
        case
            when usage_events = 0 and usage_events_before = 0 then 'none'
            when is_young then 'new'
            when usage_events_before = 0 then 'started'
            when usage_events = 0 then 'stopped'
            when usage_change_rate >= {{ var('usage_trend_change') }} then 'rising'
            when usage_change_rate <= -{{ var('usage_trend_change') }} then 'falling'
            else 'steady'
        end as usage_trend,
        coalesce(
            usage_events_before >= {{ var('churn_risk_usage_events') }} and usage_change_rate <= -{{ var('churn_risk_usage_drop') }}, false
        ) as has_usage_drop
    from joined
),

final as (
    select
        customer_key,
        segment,
        country,
        language,
        account_key,
        plan,
        mrr,
        mrr_90_days_ago,
        is_active,
        lifecycle_stage,
        first_seen_at,
        churned_at,
        {% for metric in metrics_of_a_customer() -%}
        last_{{ metric }}_score,
        last_{{ metric }}_scale,
        {% if metric in boxed_metrics() -%}
        last_{{ metric }}_category,
        {% endif -%}
        last_{{ metric }}_at,
        {% endfor -%}
        last_contact_at,
        contacts_in_90_days,
        repeats_in_90_days,
        unresolved_in_90_days,
        outbound_in_90_days,
        abandoned_in_90_days,
        open_follow_ups,
        overdue_follow_ups,
        usage_events,
        usage_events_before,
        usage_days,
        usage_days_before,
        last_used_at,
        usage_change_rate,
        usage_trend,
        {% for column in churn_risk_signals().values() -%}
        {{ column }},
        {% endfor -%}
        -- whoever has left is at no risk of leaving
        case when churned_at is null then
            cast(
                {%- for column in churn_risk_signals().values() %}
                case when {{ column }} then 1 else 0 end{{ ' +' if not loop.last }}
                {%- endfor %}
                as bigint
            )
        end as churn_risk_signals,
        case when churned_at is null then
            nullif(
                concat_ws(
                    '; ',
                    {%- for word, column in churn_risk_signals().items() %}
                    case when {{ column }} then '{{ word }}' end{{ ',' if not loop.last }}
                    {%- endfor %}
                ),
                ''
            )
        end as churn_risk_why
    from judged
)

select * from final
