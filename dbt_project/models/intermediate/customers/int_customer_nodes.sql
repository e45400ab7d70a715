{% if var('increment') -%}
-- depends_on: {{ ref('int_customer_node_changes') }}
{% endif -%}

with incoming as (
    select * from {{ ref('int_customer_nodes_incoming') }}
),

nodes as (
    select
        node,
        customer_key,
        segment,
        country
    from incoming
)

select * from nodes
