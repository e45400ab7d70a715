with customers as (
    select customer_key from {{ ref('int_customer_identities') }}
    group by customer_key
),

attributes as (
    select * from {{ ref('int_customer_attributes') }}
),

sightings as (
    select * from {{ ref('int_customer_sightings') }}
),

plans as (
    select * from {{ ref('int_customer_plans') }}
),

described as (
    select
        customers.customer_key,
        coalesce(attributes.segment, 'unknown') as segment,
        coalesce(attributes.country, 'unknown') as country,
        attributes.language,
        {{ customer_hmac("'account:' || attributes.account") }} as account_key,
        plans.plan,
        cast(plans.mrr as double) as mrr,
        cast(plans.mrr_at_current_rates as double) as mrr_at_current_rates,
        attributes.lifecycle_stage,
        sightings.first_seen_at,
        plans.churned_at,
        cast(null as boolean) as has_consent
    from customers
    left join attributes on customers.customer_key = attributes.customer_key
    left join sightings on customers.customer_key = sightings.customer_key
    left join plans on customers.customer_key = plans.customer_key
)

select * from described
