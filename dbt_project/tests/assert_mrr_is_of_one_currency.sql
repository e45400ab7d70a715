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
{% set codes, others = [], [] -%}
{% for row in run_query(several + ' order by 2 desc, 1') -%}
{% do (codes if is_currency_code(row[0]) and codes | length < 5 else others).append(row) -%}
{% endfor -%}
{% set named = [] -%}
{% for row in codes -%}{% do named.append(row[1] ~ ' in ' ~ row[0]) -%}{% endfor -%}
{% if others -%}{% do named.append(others | sum(attribute=1) ~ ' in others') -%}{% endif -%}
{% if named -%}
{% do tell('MRR adds up subscriptions of several currencies as they come (' ~ named | join(', ') ~ '): name the one to report in as the '
    ~ 'variable reporting_currency in dbt_project/dbt_project.yml, and add rates of the others to dbt_project/seeds/currency_rates.csv') -%}
{% endif -%}
{% endif -%}
{{ several }}
