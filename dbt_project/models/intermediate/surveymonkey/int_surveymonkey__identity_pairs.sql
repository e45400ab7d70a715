{{ config(materialized='view') }}

{%- set records = [
    ('stg_surveymonkey__responses', {'company': json_member('custom_variables', var('surveymonkey_customer_number')), 'email': 'email'}),
] -%}

with pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
)

select * from pairs
