-- of every event of use and every order that has come or gone the customer and the day; a cart left behind is no order
with changes as (
    select customer_node, day, change
    from {{ ref('int_usage_event_changes') }}
    union all
    select customer_node, day, change
    from {{ ref('int_order_changes') }}
    where {{ is_order_placed('status') }}
),

nodes as (
    select node, customer_key from {{ ref('int_customer_nodes') }}
),

changed as (
    select
        nodes.customer_key,
        changes.day,
        min(changes.change) < 0 as is_lost
    from changes
    inner join nodes on changes.customer_node = nodes.node
    group by nodes.customer_key, changes.day
)

select * from changed
