{#- No row has a null in any of these columns: one query for what not_null would ask column by column. -#}
{% test never_null(model, columns) %}
select 1 as broken
from {{ model }}
where {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
