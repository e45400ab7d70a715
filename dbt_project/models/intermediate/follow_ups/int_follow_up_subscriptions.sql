{% if var('increment') -%}
-- depends_on: {{ ref('int_follow_up_subscription_changes') }}
{% endif -%}

with subscriptions as (
    select
        {{ follow_up_subscription_columns() | join(',\n        ') }}
    from {{ ref('int_subscriptions_by_customer') }}
)

select * from subscriptions
