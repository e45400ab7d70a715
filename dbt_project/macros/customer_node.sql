{#- The node of the identity graph that stands for a record: every id of one record belongs to one customer, so the first
    that is there will do. Join it to int_customer_identities.node; null means anonymous. -#}
{% macro customer_node(company=none, hubspot=none, email=none) -%}
    coalesce(
        {%- set nodes = [] -%}
        {%- if company %}{% do nodes.append(identity_node('company', company)) %}{% endif -%}
        {%- if hubspot %}{% do nodes.append(identity_node('hubspot', hubspot)) %}{% endif -%}
        {%- if email %}{% do nodes.append(identity_node('email', email)) %}{% endif -%}
        {{ nodes | join(', ') }}
        {%- if nodes | length == 1 %}, cast(null as {{ dbt.type_string() }}){% endif -%}
    )
{%- endmacro %}

{#- One id as a node, `namespace:id`; e-mail is trimmed and lower-cased; blank is null. -#}
{% macro identity_node(namespace, expression) -%}
    {%- set clean = 'lower(trim(' ~ expression ~ '))' if namespace == 'email' else 'trim(' ~ expression ~ ')' -%}
    '{{ namespace }}:' || nullif({{ clean }}, '')
{%- endmacro %}
