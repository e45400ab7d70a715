{#- The local timestamp at a clock time (text HH:MM, up to 24:00) of a day. -#}
{% macro minutes_into_day(midnight, clock) -%}
    {{ dbt.dateadd(
        'minute',
        'cast(substring(' ~ clock ~ ', 1, 2) as integer) * 60 + cast(substring(' ~ clock ~ ', 4, 2) as integer)',
        midnight
    ) }}
{%- endmacro %}

{#- A zone's name; blank is the zone that days are cut in. -#}
{% macro zone_or_reporting(zone) -%}
    coalesce({{ zone }}, '{{ var("timezone") }}')
{%- endmacro %}
