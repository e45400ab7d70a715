{#- Connected components. Each round every label takes hold of the smallest label next to it, then of what that one holds
    (twice), and edges inside a component vanish, so that a round costs what is left. Labels are shuffled by a hash: then few
    rounds suffice whatever the shape, 6 for chains of a hundred ids, 8 for thousands. Unrolled, because not every target has recursion;
    assert_identities_converged says when the rounds are too few. -#}
{%- set rounds = range(1, var('identity_rounds') + 1) -%}

with {% call step('numbered') %}
    select
        nodes.node,
        row_number() over (order by {{ dbt.hash('nodes.node') }}, nodes.node) as label
    from (
        select node from {{ ref('int_identity_pairs') }}
        union
        select other_node as node from {{ ref('int_identity_pairs') }}
    ) as nodes
{% endcall %}

{% call step('edges_0') %}
    select
        heres.label as here,
        theres.label as there
    from {{ ref('int_identity_pairs') }} as pairs
    inner join numbered as heres on pairs.node = heres.node
    inner join numbered as theres on pairs.other_node = theres.node
    where pairs.node <> pairs.other_node
{% endcall %}

{% call step('edges_1') %}
    select here, there from edges_0
    union all
    select there as here, here as there from edges_0
{% endcall %}

{% for round in rounds -%}
{% call step('holds_' ~ round) %}
    select
        here as label,
        least(here, min(there)) as hold
    from edges_{{ round }}
    group by here
{% endcall %}

{% call step('moves_' ~ round) %}
    select
        firsts.label,
        thirds.hold as label_after
    from holds_{{ round }} as firsts
    inner join holds_{{ round }} as seconds on firsts.hold = seconds.label
    inner join holds_{{ round }} as thirds on seconds.hold = thirds.label
{% endcall %}

{% call step('edges_' ~ (round + 1)) %}
    select
        heres.label_after as here,
        theres.label_after as there
    from edges_{{ round }} as edges
    inner join moves_{{ round }} as heres on edges.here = heres.label
    inner join moves_{{ round }} as theres on edges.there = theres.label
    where heres.label_after <> theres.label_after
    group by heres.label_after, theres.label_after
{% endcall %}

{% endfor -%}
labelled as (
    select
        numbered.node,
        coalesce({% for round in rounds | reverse %}moves_{{ round }}.label_after, {% endfor %}numbered.label) as label
    from numbered
    {% for round in rounds -%}
    left join moves_{{ round }}
        on coalesce({% for earlier in range(round - 1, 0, -1) %}moves_{{ earlier }}.label_after, {% endfor %}numbered.label) = moves_{{ round }}.label
    {% endfor -%}
),

-- a customer is named by the smallest id, a company's own before a vendor's, an e-mail last
canonical_nodes as (
    select
        label,
        min(case when node like 'company:%' then '1' when node like 'email:%' then '3' else '2' end || node) as preferred_node
    from labelled
    group by label
),

keyed as (
    select
        label,
        substring(preferred_node, 2) as canonical_node,
        {{ customer_hmac('substring(preferred_node, 2)') }} as customer_key
    from canonical_nodes
),

identities as (
    select
        labelled.node,
        keyed.canonical_node,
        keyed.customer_key
    from labelled
    inner join keyed on labelled.label = keyed.label
)

select * from identities
