{#- Instants are naive UTC timestamps; days and months are cut in var('timezone'). -#}

{#- A UTC instant as the wall clock shows it. -#}
{% macro local_time(instant) -%}
    {{ return(instant if var('timezone') == 'UTC' else adapter.dispatch('local_time')(instant)) }}
{%- endmacro %}

{% macro default__local_time(instant) -%}
    timezone('{{ var("timezone") }}', timezone('UTC', {{ instant }}))
{%- endmacro %}

{% macro spark__local_time(instant) -%}
    from_utc_timestamp({{ instant }}, '{{ var("timezone") }}')
{%- endmacro %}

{#- The calendar day of a UTC instant. -#}
{% macro local_date(instant) -%}
    cast({{ local_time(instant) }} as date)
{%- endmacro %}

{#- The UTC instant at which a wall clock shows this; of a date, its first instant. -#}
{% macro instant_of_local(local) -%}
    {{ return(dbt.cast(local, 'timestamp') if var('timezone') == 'UTC' else adapter.dispatch('instant_of_local')(local)) }}
{%- endmacro %}

{% macro default__instant_of_local(local) -%}
    timezone('UTC', timezone('{{ var("timezone") }}', cast({{ local }} as timestamp)))
{%- endmacro %}

{% macro spark__instant_of_local(local) -%}
    to_utc_timestamp(cast({{ local }} as timestamp), '{{ var("timezone") }}')
{%- endmacro %}

{#- The reporting instant: only records before it count. Models never read the wall clock. -#}
{% macro as_of() -%}
    cast('{{ var("as_of") | replace("T", " ") | replace("Z", "") }}' as timestamp)
{%- endmacro %}

{#- The calendar day of the reporting instant. -#}
{% macro as_of_date() -%}
    {{ local_date(as_of()) }}
{%- endmacro %}
