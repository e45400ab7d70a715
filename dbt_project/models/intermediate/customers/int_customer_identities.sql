{#- Connected components by label propagation: each round a node takes the smallest label among its neighbours, then the
    label of that label, so labels travel ever farther. Unrolled, because not every target has recursion; the test
    assert_identities_converged says when the rounds are too few. -#}
{%- set rounds = var('identity_rounds') -%}

with pairs as (
    select * from {{ ref('int_identity_pairs') }}
),

nodes as (
    select node from pairs
    union
    select other_node as node from pairs
),

-- the smallest number of a component names it: a company's own id before HubSpot's, an e-mail last
numbered as (
    select
        node,
        row_number() over (
            order by
                case when node like 'company:%' then 1 when node like 'hubspot:%' then 2 else 3 end,
                node
        ) as node_number
    from nodes
),

edges as (
    select
        heres.node_number as here,
        theres.node_number as there
    from pairs
    inner join numbered as heres on pairs.node = heres.node
    inner join numbered as theres on pairs.other_node = theres.node
    where heres.node_number <> theres.node_number
),

both_ways as (
    select here, there from edges
    union all
    select there as here, here as there from edges
),

labels_0 as (
    select node_number, node_number as label from numbered
),

{% for round in range(1, rounds + 1) -%}
nearest_{{ round }} as (
    select
        labels.node_number,
        least(labels.label, coalesce(min(neighbours.label), labels.label)) as label
    from labels_{{ round - 1 }} as labels
    left join both_ways on labels.node_number = both_ways.here
    left join labels_{{ round - 1 }} as neighbours on both_ways.there = neighbours.node_number
    group by labels.node_number, labels.label
),

labels_{{ round }} as (
    select
        nearest.node_number,
        jumps.label
    from nearest_{{ round }} as nearest
    inner join nearest_{{ round }} as jumps on nearest.label = jumps.node_number
),

{% endfor -%}
canonical_nodes as (
    select
        node_number as label,
        node as canonical_node,
        {{ customer_hmac('node') }} as customer_key
    from numbered
    where node_number in (select label from labels_{{ rounds }})
),

identities as (
    select
        numbered.node,
        canonical_nodes.canonical_node,
        canonical_nodes.customer_key
    from numbered
    inner join labels_{{ rounds }} as labels on numbered.node_number = labels.node_number
    inner join canonical_nodes on labels.label = canonical_nodes.label
)

select * from identities
