{{ config(severity='warn') }}
-- Without a reporting currency fees are added up as they come: of several currencies the sum is of none.
{%- set several -%}
select
    currency_code,
    subscriptions
from (
    select
        currency_code,
        count(*) as subscriptions,
        count(*) over () as currencies
    from {{ ref('int_subscriptions_converted') }}
    where currency_code <> 'none' and '{{ var("reporting_currency") | trim }}' = ''
    group by currency_code
) as counted
where currencies > 1
{%- endset %}
{% if execute and flags.WHICH in ['build', 'test'] -%}
{% for row in run_query(several) -%}
{% do print(row[1] ~ ' subscriptions are in ' ~ row[0] ~ ': name the currency to report in as the variable reporting_currency in '
    ~ 'dbt_project.yml and add rates of the others to seeds/currency_rates.csv') -%}
{% endfor -%}
{% endif -%}
{{ several }}
