{{ config(materialized='view') }}

{%- set columns = ['source', 'subscription_id', 'customer_node', 'plan', 'mrr', 'currency', 'started_at', 'ended_at', 'cancel_kind',
    'cancel_reason'] -%}

with subscriptions as (
    {{ union_canonical('subscriptions', columns) | indent(4) }}
)

select * from subscriptions
