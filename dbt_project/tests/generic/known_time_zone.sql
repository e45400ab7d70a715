{#- A zone, where there is one, is of the IANA list: an unknown one would end the build in the midst of a model. -#}
{% test known_time_zone(model, column_name) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} not in (
    {% for zone in modules.pytz.all_timezones -%}
    '{{ zone }}'{{ ', ' if not loop.last }}
    {%- endfor %}
)
{% endtest %}
