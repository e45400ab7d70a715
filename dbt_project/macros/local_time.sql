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
    {{ reporting_instant('as_of', 'KUULO_AS_OF') }}
{%- endmacro %}

{#- An instant that the variable says, else the environment: naive UTC ISO text. It is asked only as a statement is run, so that a
    project that has been parsed stays parsed when the instant moves on (dbt parses everything anew for any changed `--vars`). -#}
{% macro reporting_instant(variable, in_environment) -%}
    {%- set told = var(variable) or (env_var(in_environment, '') if execute else '1970-01-01T00:00:00') -%}
    {%- if not told -%}
        {{ exceptions.raise_compiler_error('no reporting instant is given: set ' ~ in_environment ~ ', or the variable ' ~ variable ~ ', to a UTC instant such as 2026-01-31T00:00:00') }}
    {%- endif -%}
    cast('{{ told | replace("T", " ") | replace("Z", "") }}' as timestamp)
{%- endmacro %}

{#- The calendar day of the reporting instant. -#}
{% macro as_of_date() -%}
    {{ local_date(as_of()) }}
{%- endmacro %}
