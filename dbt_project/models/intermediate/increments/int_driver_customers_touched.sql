-- whose answers or use have changed, whose ids belong to somebody else now, and whose last answer is too long ago by now
with touched as (
    select customer_key from {{ ref('int_survey_customers_touched') }}
    union
    select nodes.customer_key
    from {{ ref('int_usage_event_changes') }} as changes
    inner join {{ ref('int_customer_nodes') }} as nodes on changes.customer_node = nodes.node
    union
    select customer_key from {{ ref('int_customer_node_changes') }}
    union
    select customer_key_before as customer_key from {{ ref('int_customer_node_changes') }}
    union
    select customer_key from {{ before('int_driver_answers') }}
    where submitted_at < {{ explained_since() }}
)

select * from touched
where customer_key is not null
