{%- set first_day = 'cast(' ~ dbt.dateadd('day', -89, last_reported_day()) ~ ' as date)' -%}

with contacts as (
    select * from {{ ref('fct_contacts') }}
),

by_customer as (
    select
        customer_key,
        max(opened_at) as last_contact_at,
        cast(sum(case when day >= {{ first_day }} then 1 else 0 end) as bigint) as contacts_in_90_days,
        cast(sum(case when day >= {{ first_day }} and is_repeat then 1 else 0 end) as bigint) as repeats_in_90_days,
        cast(sum(case when day >= {{ first_day }} and fcr_status = 'unresolved' then 1 else 0 end) as bigint) as unresolved_in_90_days,
        cast(sum(case when day >= {{ first_day }} and is_outbound then 1 else 0 end) as bigint) as outbound_in_90_days,
        cast(sum(case when day >= {{ first_day }} and is_abandoned then 1 else 0 end) as bigint) as abandoned_in_90_days
    from contacts
    where customer_key is not null
    group by customer_key
)

select * from by_customer
