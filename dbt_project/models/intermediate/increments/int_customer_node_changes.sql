-- whose records have another customer than at the build before, or one who is described otherwise now
with incoming as (
    select * from {{ ref('int_customer_nodes_incoming') }}
),

known as (
    select * from {{ before('int_customer_nodes') }}
),

changes as (
    select
        coalesce(incoming.node, known.node) as node,
        known.customer_key as customer_key_before,
        incoming.customer_key
    from incoming
    full outer join known on incoming.node = known.node
    where
        incoming.customer_key is distinct from known.customer_key
        or incoming.segment is distinct from known.segment
        or incoming.country is distinct from known.country
)

select * from changes
