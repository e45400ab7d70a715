{#- Every row obeys the expression; a null answer counts as obeyed, so guard against nulls by not_null. -#}
{% test expression_is_true(model, expression, column_name=none) %}
select 1 as broken
from {{ model }}
where not ({{ column_name ~ ' ' if column_name else '' }}{{ expression }})
{% endtest %}
