-- Money of a currency without a rate is worth nothing that can be said; to take it as it comes would be a rate of 1.
{%- set missing -%}
select
    currency_code,
    min(started_on) as first_day,
    count(*) as subscriptions
from {{ ref('int_subscriptions_converted') }}
where mrr is null
group by currency_code
{%- endset %}
{% if execute and flags.WHICH in ['build', 'test'] -%}
{% set reported = var('reporting_currency') | trim | upper -%}
{% set no_codes = [] -%}
{% for row in run_query(missing + ' order by 2, 1') -%}
{% if row[0] == 'none' -%}
{% do tell(row[2] ~ ' subscriptions name no currency (the first began on ' ~ row[1] ~ ') and are to be told in ' ~ reported
    ~ ': name it where they come from, of a file as `currency` in its feed.yml, such as {value: ' ~ reported
    ~ '}; or add what stands for none to dbt_project/seeds/currency_rates.csv as the currency `none`') -%}
{% elif is_currency_code(row[0]) -%}
{% do tell('No rate from ' ~ row[0] ~ ' to ' ~ reported ~ ' for ' ~ row[1] ~ ' (' ~ row[2]
    ~ ' subscriptions began without one): add a row to dbt_project/seeds/currency_rates.csv that is valid from that day or before') -%}
{% else -%}
{% do no_codes.append(row[2]) -%}
{% endif -%}
{% endfor -%}
{% if no_codes -%}
{% do tell(no_codes | sum ~ ' subscriptions have in `currency` what is no code of three letters: correct it where they come from, of a file '
    ~ 'in its feed.yml (another column, or `map` from its words to codes)') -%}
{% endif -%}
{% endif -%}
{{ missing }}
