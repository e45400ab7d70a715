{#- The UTC instant at which the clock of a zone shows HH:MM (text, up to 24:00) on the day that begins at this local
    midnight; a blank zone is the one that days are cut in. -#}
{% macro instant_on_clock(midnight, clock, zone) -%}
    {%- set minutes = 'cast(substring(' ~ clock ~ ', 1, 2) as integer) * 60 + cast(substring(' ~ clock ~ ', 4, 2) as integer)' -%}
    {{ instant_in_zone(dbt.dateadd('minute', minutes, midnight), 'coalesce(' ~ zone ~ ", '" ~ var('timezone') ~ "')") }}
{%- endmacro %}

{#- What one row of int_business_hours, joined as `business_hours` on the instant's UTC day, has of open seconds before the
    instant; summed over the rows of that day, the open seconds since the calendar began. -#}
{% macro open_seconds_before(instant) -%}
    business_hours.open_seconds_before_day
    + least(greatest({{ elapsed_seconds('business_hours.opens_at', instant) }}, 0.0), business_hours.open_seconds)
{%- endmacro %}
