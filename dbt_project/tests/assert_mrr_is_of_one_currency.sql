{{ config(severity='warn') }}
-- Fees are added up as they come: of several currencies the sum is of none. Convert them before they are laid into the inbox.
with currencies as (
    select
        upper(trim(currency)) as currency,
        count(*) as subscriptions
    from {{ ref('int_subscriptions_unioned') }}
    where trim(currency) <> ''
    group by 1
),

numbered as (
    select
        currency,
        subscriptions,
        count(*) over () as currencies
    from currencies
)

select * from numbered
where currencies > 1
