{#- The pairs of ids that a source of canonical streams (`files`, `database`) tells of: a query of its own. -#}
{% macro canonical_identity_pairs(source) -%}
{#- Which ids stand in which stream: data, so that a new stream is a line here. -#}
{%- set records = [
    ('stg_' ~ source ~ '__customers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_' ~ source ~ '__survey_answers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_' ~ source ~ '__survey_invites', {'company': 'customer_id', 'email': 'email'}),
    ('stg_' ~ source ~ '__contacts', {'company': 'customer_id', 'email': 'email'}),
    ('stg_' ~ source ~ '__usage_events', {'company': 'customer_id', 'email': 'email'}),
    ('stg_' ~ source ~ '__orders', {'company': 'customer_id', 'email': 'email'}),
    ('stg_' ~ source ~ '__subscriptions', {'company': 'customer_id'}),
    ('stg_' ~ source ~ '__reviews', {'email': 'email'}),
] -%}

with pairs as (
    {{ identity_pairs_of(records) | indent(4) }}
)

select * from pairs
{%- endmacro %}
