{{ config(materialized='view') }}

{#- Which ids stand in which stream: data, so that a new stream is a line here. -#}
{%- set records = [
    ('stg_database__customers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_database__survey_answers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_database__survey_invites', {'company': 'customer_id', 'email': 'email'}),
    ('stg_database__contacts', {'company': 'customer_id', 'email': 'email'}),
    ('stg_database__usage_events', {'company': 'customer_id', 'email': 'email'}),
    ('stg_database__orders', {'company': 'customer_id', 'email': 'email'}),
    ('stg_database__subscriptions', {'company': 'customer_id'}),
    ('stg_database__reviews', {'email': 'email'}),
] -%}

with pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
)

select * from pairs
