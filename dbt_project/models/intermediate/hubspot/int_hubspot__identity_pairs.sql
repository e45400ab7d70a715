{{ config(materialized='view') }}

{%- set records = [
    ('stg_hubspot__contacts', {'hubspot': 'contact_id', 'email': 'email'}),
    ('stg_hubspot__feedback_submissions', {'hubspot': 'contact_id'}),
] -%}

with record_pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
),

additional_emails as (
    select
        contact_id,
        {{ unnest_separated('additional_emails') }} as email
    from {{ ref('stg_hubspot__contacts') }}
),

merged_contacts as (
    select
        contact_id,
        {{ unnest_separated('merged_object_ids') }} as merged_contact_id
    from {{ ref('stg_hubspot__contacts') }}
),

associated_contacts as (
    select from_id as contact_id
    from {{ ref('stg_hubspot__associations') }}
    where from_type in ('contact', 'contacts')
    union all
    select to_id as contact_id
    from {{ ref('stg_hubspot__associations') }}
    where to_type in ('contact', 'contacts')
),

pairs as (
    select node, other_node from record_pairs
    union all
    select {{ identity_node('hubspot', 'contact_id') }} as node, {{ identity_node('email', 'email') }} as other_node
    from additional_emails
    union all
    select {{ identity_node('hubspot', 'contact_id') }} as node, {{ identity_node('hubspot', 'merged_contact_id') }} as other_node
    from merged_contacts
    union all
    select {{ identity_node('hubspot', 'contact_id') }} as node, {{ identity_node('hubspot', 'contact_id') }} as other_node
    from associated_contacts
)

select * from pairs
