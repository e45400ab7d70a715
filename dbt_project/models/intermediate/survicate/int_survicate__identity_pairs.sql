{{ config(materialized='view') }}

with pairs as (
    {{ identity_pairs_of([('stg_survicate__responses', {'company': 'user_id', 'email': 'email'})]) | indent(4) }}
)

select * from pairs
