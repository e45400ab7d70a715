{{ config(materialized='view') }}

{%- set records = [
    ('int_dynamics365__cases', {'dynamics365': 'customer_id'}),
    ('stg_dynamics365__incidents', {'email': 'email'}),
    ('stg_dynamics365__conversations', {'dynamics365': 'customer_id'}),
    ('stg_dynamics365__survey_responses', {'email': 'email'}),
    ('stg_dynamics365__survey_invites', {'email': 'email'}),
] -%}

with record_pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
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

named_records as (
    select customer_id as record_id from {{ ref('int_dynamics365__cases') }}
    union
    select customer_id as record_id from {{ ref('stg_dynamics365__conversations') }}
    union
    select regarding_id as record_id from regarded_records
),

-- an organisation is a customer of its own only where a record names it, and of a case no person besides
organisations as (
    select held.*
    from {{ ref('stg_dynamics365__accounts') }} as held
    inner join named_records on held.account_id = named_records.record_id
    where not held.is_deleted
),

-- whom the vendor has deleted is known by the records that still name them, if there are any
people as (
    select
        contact_id as record_id,
        external_id as customer_number,
        email1,
        email2,
        email3,
        case when coalesce(is_merged, false) then master_id end as master_id
    from {{ ref('stg_dynamics365__contacts') }}
    where not is_deleted
    union all
    select
        account_id as record_id,
        account_number as customer_number,
        email1,
        cast(null as {{ dbt.type_string() }}) as email2,
        cast(null as {{ dbt.type_string() }}) as email3,
        case when coalesce(is_merged, false) then master_id end as master_id
    from organisations
),

pairs as (
    select node, other_node from record_pairs
    {% for namespace, column in [
        ('company', 'customer_number'), ('email', 'email1'), ('email', 'email2'), ('email', 'email3'), ('dynamics365', 'master_id')
    ] -%}
    union all
    select {{ identity_node('dynamics365', 'record_id') }} as node, {{ identity_node(namespace, column) }} as other_node
    from people
    {% endfor -%}
    union all
    select {{ identity_node('dynamics365', 'regarding_id') }} as node, {{ identity_node('dynamics365', 'regarding_id') }} as other_node
    from regarded_records
)

select * from pairs
