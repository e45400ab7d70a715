{#- The node of the identity graph that stands for a record: every id of one record belongs to one customer, so the first
    that is there will do: the company's own, then the vendors' in the order given (`zendesk='requester_id'`), an e-mail
    last. Join it to int_customer_identities.node; null means anonymous. -#}
{% macro customer_node(company=none, email=none) -%}
    coalesce(
        {%- set nodes = [] -%}
        {%- if company %}{% do nodes.append(identity_node('company', company)) %}{% endif -%}
        {%- for namespace, expression in kwargs.items() %}{% do nodes.append(identity_node(namespace, expression)) %}{% endfor -%}
        {%- if email %}{% do nodes.append(identity_node('email', email)) %}{% endif -%}
        {{ nodes | join(', ') }}
        {%- if nodes | length == 1 %}, cast(null as {{ dbt.type_string() }}){% endif -%}
    )
{%- endmacro %}

{#- One id as a node, `namespace:id`, of any namespace: `company` is the company's own customer number, `email` an address, and
    a source's name is the vendor's own id. Blank is null, and so is an e-mail that does not look like one (`n/a`, `none`).
    E-mail is trimmed and lower-cased. -#}
{% macro identity_node(namespace, expression) -%}
    {%- set clean = 'lower(trim(' ~ expression ~ '))' if namespace == 'email' else 'trim(' ~ expression ~ ')' -%}
    {%- if namespace == 'email' -%}
    case when {{ clean }} like '%_@_%._%' and {{ clean }} not like '% %' then 'email:' || {{ clean }} end
    {%- else -%}
    '{{ namespace }}:' || nullif({{ clean }}, '')
    {%- endif -%}
{%- endmacro %}
