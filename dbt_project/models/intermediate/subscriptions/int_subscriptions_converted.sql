{{ config(materialized='view') }}
{%- set reporting_currency = var('reporting_currency') | trim | upper %}

with coded as (
    select
        *,
        coalesce(nullif(upper(trim(currency)), ''), 'none') as currency_code,
        {{ local_date('started_at') }} as started_on
    from {{ ref('int_subscriptions_unioned') }}
),

subscriptions as (
    select
        *,
        '{{ reporting_currency }}' in ('', currency_code) as is_not_converted
    from coded
),

rates as (
    select
        currency,
        valid_from,
        lead(valid_from) over (partition by currency order by valid_from) as next_valid_from,
        rate
    from {{ ref('currency_rates') }}
),

-- the rate of the start is kept: one that moves is no expansion and no contraction
rated as (
    select
        subscriptions.*,
        case when subscriptions.is_not_converted then 1 else held.rate end as held_rate,
        case when subscriptions.is_not_converted then 1 else latest.rate end as latest_rate
    from subscriptions
    left join rates as held
        on
            subscriptions.currency_code = held.currency
            and subscriptions.started_on >= held.valid_from
            and (held.next_valid_from is null or subscriptions.started_on < held.next_valid_from)
    left join rates as latest
        on
            subscriptions.currency_code = latest.currency
            and {{ last_reported_day() }} >= latest.valid_from
            and (latest.next_valid_from is null or {{ last_reported_day() }} < latest.next_valid_from)
),

-- decimal from here on: exact to the cent
converted as (
    select
        source,
        subscription_id,
        customer_node,
        plan,
        currency_code,
        cast(mrr * held_rate as decimal(18, 4)) as mrr,
        cast(mrr * latest_rate as decimal(18, 4)) as mrr_at_current_rates,
        started_at,
        started_on,
        ended_at,
        cancel_kind,
        cancel_reason
    from rated
)

select * from converted
