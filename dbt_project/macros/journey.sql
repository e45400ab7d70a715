{#- Whether a touch of int_touches counts by the reporting instant: its customer is known, and the days after it have passed. -#}
{% macro is_tracked(touch) -%}
    {{ touch }}.customer_key is not null
    and {{ elapsed_seconds(touch ~ '.touched_at', as_of()) }} > {{ journey_seconds() }}
{%- endmacro %}

{#- The seconds after a touch within which what came belongs to it. -#}
{% macro journey_seconds() -%}
    {{ return(var('journey_days') * 86400) }}
{%- endmacro %}
