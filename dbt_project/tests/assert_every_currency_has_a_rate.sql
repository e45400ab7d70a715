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
{% for row in run_query(missing) -%}
{% do print('No rate from ' ~ row[0] ~ ' to ' ~ var('reporting_currency') ~ ' for ' ~ row[1] ~ ' (' ~ row[2]
    ~ ' subscriptions began without one): add a row to seeds/currency_rates.csv that is valid from that day or before') -%}
{% endfor -%}
{% endif -%}
{{ missing }}
