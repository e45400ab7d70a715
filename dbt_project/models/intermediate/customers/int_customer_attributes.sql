{%- set attributes = ['segment', 'country', 'language', 'account', 'lifecycle_stage'] -%}

with identities as (
    select node, customer_key from {{ ref('int_customer_identities') }}
),

customers as (
    {{ union_canonical('customers', ['node', 'preference'] + attributes) | indent(4) }}
),

candidates as (
    select
        {% for attribute in attributes -%}
        nullif(trim({{ attribute }}), '') as {{ attribute }},
        {% endfor -%}
        node,
        preference
    from customers
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
