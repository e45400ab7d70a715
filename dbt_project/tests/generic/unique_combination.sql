{#- No two rows share the values of these columns; nulls are equal to each other here. -#}
{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }}, count(*) as copies
from {{ model }}
{{ written_since(columns) }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
