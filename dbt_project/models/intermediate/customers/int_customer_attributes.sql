{%- set attributes = ['segment', 'country', 'language', 'account', 'lifecycle_stage'] -%}

with identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

files_customers as (
    select
        {{ identity_node('company', 'customer_id') }} as node,
        '1 ' || customer_id as preference,
        segment,
        country,
        language,
        'files:' || account_id as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage
    from {{ ref('stg_files__customers') }}
),

hubspot_contacts as (
    select
        {{ identity_node('hubspot', 'contact_id') }} as node,
        case when archived then '3 ' else '2 ' end || contact_id as preference,
        segment,
        country,
        language,
        'hubspot:' || company_id as account,
        lifecycle_stage,
        company_id
    from {{ ref('stg_hubspot__contacts') }}
),

-- a company that is not archived says where its people are, only where neither the files nor a contact does
hubspot_companies as (
    select
        hubspot_contacts.node,
        '4 ' || hubspot_contacts.preference as preference,
        cast(null as {{ dbt.type_string() }}) as segment,
        companies.country,
        cast(null as {{ dbt.type_string() }}) as language,
        cast(null as {{ dbt.type_string() }}) as account,
        cast(null as {{ dbt.type_string() }}) as lifecycle_stage
    from hubspot_contacts
    inner join {{ ref('stg_hubspot__companies') }} as companies on hubspot_contacts.company_id = companies.company_id
    where not coalesce(companies.archived, false)
),

candidates as (
    {% for relation in ['files_customers', 'hubspot_contacts', 'hubspot_companies'] -%}
    select
        {% for attribute in attributes -%}
        nullif(trim({{ attribute }}), '') as {{ attribute }},
        {% endfor -%}
        node,
        preference
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

attributes as (
    select
        {% for attribute in attributes -%}
        {{ first_by('candidates.' ~ attribute, 'candidates.preference') }} as {{ attribute }},
        {% endfor -%}
        identities.customer_key
    from candidates
    inner join identities on candidates.node = identities.node
    group by identities.customer_key
)

select * from attributes
