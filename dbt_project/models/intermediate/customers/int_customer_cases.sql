with cases as (
    select * from {{ ref('follow_ups') }}
),

by_customer as (
    select
        customer_key,
        cast(sum(case when status in ('open', 'overdue', 'contacted') then 1 else 0 end) as bigint) as open_follow_ups,
        cast(sum(case when status = 'overdue' then 1 else 0 end) as bigint) as overdue_follow_ups
    from cases
    where customer_key is not null
    group by customer_key
)

select * from by_customer
