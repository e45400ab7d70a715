{#- Seconds between two instants, with their fraction; elapsed time, not clock readings, so a change to summer time adds nothing. -#}
{% macro elapsed_seconds(from_instant, to_instant) -%}
    {{ return(adapter.dispatch('elapsed_seconds')(from_instant, to_instant)) }}
{%- endmacro %}

{% macro default__elapsed_seconds(from_instant, to_instant) -%}
    (epoch_us({{ to_instant }}) - epoch_us({{ from_instant }})) / 1000000.0
{%- endmacro %}

{% macro spark__elapsed_seconds(from_instant, to_instant) -%}
    (unix_micros({{ to_instant }}) - unix_micros({{ from_instant }})) / 1e6
{%- endmacro %}

{#- The UTC instant at which the wall clock of the zone in a column shows this local timestamp. -#}
{% macro instant_in_zone(local, zone) -%}
    {{ return(adapter.dispatch('instant_in_zone')(local, zone)) }}
{%- endmacro %}

{% macro default__instant_in_zone(local, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ local }}))
{%- endmacro %}

{% macro spark__instant_in_zone(local, zone) -%}
    to_utc_timestamp({{ local }}, {{ zone }})
{%- endmacro %}

{#- The instant so many seconds later, to the microsecond; seconds may have a fraction. -#}
{% macro seconds_later(instant, seconds) -%}
    {{ return(adapter.dispatch('seconds_later')(instant, seconds)) }}
{%- endmacro %}

{% macro default__seconds_later(instant, seconds) -%}
    {{ instant }} + to_microseconds(cast(round(({{ seconds }}) * 1000000) as bigint))
{%- endmacro %}

{% macro spark__seconds_later(instant, seconds) -%}
    timestamp_micros(unix_micros({{ instant }}) + cast(round(({{ seconds }}) * 1000000) as bigint))
{%- endmacro %}
