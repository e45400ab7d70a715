{{ config(materialized='view') }}

{#- Which ids stand in which stream: data, so that a new stream is a line here. -#}
{%- set records = [
    ('stg_files__customers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__survey_answers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__survey_invites', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__contacts', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__usage_events', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__orders', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__subscriptions', {'company': 'customer_id'}),
    ('stg_files__reviews', {'email': 'email'}),
] -%}

with pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
)

select * from pairs
