{{ config(materialized='view') }}

{%- set records = [
    ('stg_dynamics365__contacts', {'dynamics365': 'contact_id', 'company': 'external_id'}),
    ('stg_dynamics365__accounts', {'dynamics365': 'account_id', 'company': 'account_number'}),
    ('stg_dynamics365__incidents', {'dynamics365': 'customer_id'}),
    ('stg_dynamics365__incidents', {'dynamics365': 'primary_contact_id'}),
    ('stg_dynamics365__incidents', {'email': 'email'}),
    ('stg_dynamics365__conversations', {'dynamics365': 'customer_id'}),
    ('stg_dynamics365__survey_responses', {'email': 'email'}),
    ('stg_dynamics365__survey_invites', {'email': 'email'}),
] -%}

with record_pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
),

people as (
    select * from {{ ref('stg_dynamics365__contacts') }}
),

accounts as (
    select * from {{ ref('stg_dynamics365__accounts') }}
),

merged_records as (
    select contact_id as gone_id, master_id from people
    where coalesce(is_merged, false)
    union all
    select account_id as gone_id, master_id from accounts
    where coalesce(is_merged, false)
),

regarded_records as (
    select regarding_id from {{ ref('stg_dynamics365__survey_responses') }}
    where regarding_type in ('contact', 'account')
    union all
    select regarding_id from {{ ref('stg_dynamics365__survey_invites') }}
    where regarding_type in ('contact', 'account')
    union all
    select regarding_id from {{ ref('stg_dynamics365__phonecalls') }}
    where regarding_type in ('contact', 'account')
    union all
    select regarding_id from {{ ref('stg_dynamics365__conversations') }}
    where regarding_type in ('contact', 'account')
),

pairs as (
    select node, other_node from record_pairs
    {% for column in ['email1', 'email2', 'email3'] -%}
    union all
    select {{ identity_node('dynamics365', 'contact_id') }} as node, {{ identity_node('email', column) }} as other_node
    from people
    {% endfor -%}
    union all
    select {{ identity_node('dynamics365', 'gone_id') }} as node, {{ identity_node('dynamics365', 'master_id') }} as other_node
    from merged_records
    union all
    select {{ identity_node('dynamics365', 'regarding_id') }} as node, {{ identity_node('dynamics365', 'regarding_id') }} as other_node
    from regarded_records
)

select * from pairs
