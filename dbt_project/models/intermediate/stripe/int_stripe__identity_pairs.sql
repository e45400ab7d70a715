{{ config(materialized='view') }}

{#- Stripe's customer, its e-mail, and the company's own customer number where the metadata has it. -#}
{%- set records = [
    ('stg_stripe__customers', {
        'stripe': 'customer_id', 'company': json_member('metadata', var('stripe_customer_number')), 'email': 'email'
    }),
    ('stg_stripe__subscriptions', {'stripe': 'customer_id'}),
] -%}

with pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
)

select * from pairs
