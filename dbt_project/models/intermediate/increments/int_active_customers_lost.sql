-- of whom a day may be active no more: an event or an order has gone, or an id belongs to somebody else now. Any id has an owner as soon
-- as a record names it, except an e-mail while it is shared
with owners as (
    select customer_key_before, customer_key
    from {{ ref('int_customer_node_changes') }}
    where customer_key_before is distinct from customer_key and (customer_key_before is not null or node like 'email:%')
),

lost as (
    select customer_key from {{ ref('int_active_days_changed') }}
    where is_lost
    union
    select customer_key_before as customer_key from owners
    where customer_key_before is not null
    union
    select customer_key from owners
    where customer_key is not null
)

select * from lost
