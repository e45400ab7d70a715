{#- The UTC instant at which the clock of a zone shows HH:MM (text, up to 24:00) on the day that begins at this local
    midnight; a blank zone is the one that days are cut in. -#}
{% macro instant_on_clock(midnight, clock, zone) -%}
    {%- set minutes = 'cast(substring(' ~ clock ~ ', 1, 2) as integer) * 60 + cast(substring(' ~ clock ~ ', 4, 2) as integer)' -%}
    {{ instant_in_zone(dbt.dateadd('minute', minutes, midnight), 'coalesce(' ~ zone ~ ", '" ~ var('timezone') ~ "')") }}
{%- endmacro %}

{#- A join's condition: this row of int_business_hours, joined as `hours`, holds for the instant; one row does. -#}
{% macro hold_at(instant, hours='business_hours') -%}
    cast({{ instant }} as date) = {{ hours }}.day and {{ instant }} >= {{ hours }}.holds_from and {{ instant }} < {{ hours }}.holds_until
{%- endmacro %}

{#- The open seconds from the beginning of the calendar to an instant that this row holds for. -#}
{% macro open_seconds_before(instant, hours='business_hours') -%}
    {{ hours }}.open_seconds_before
    + least(greatest({{ elapsed_seconds(hours ~ '.opens_at', instant) }}, 0.0), {{ hours }}.open_seconds)
{%- endmacro %}

{#- The open seconds between two instants, to the microsecond, which instants have: a difference of large numbers is a few billionths off,
    and how many depends on when the calendar begins. -#}
{% macro open_seconds_between(from_instant, to_instant, from_hours, to_hours) -%}
    round({{ open_seconds_before(to_instant, to_hours) }} - ({{ open_seconds_before(from_instant, from_hours) }}), 6)
{%- endmacro %}
