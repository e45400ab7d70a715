{#- Of the rows that share these columns no two hold on one day: each ends (valid_to, its first day without) before the next begins. -#}
{% test one_at_a_time(model, columns) %}
select {{ columns | join(', ') }}, valid_from
from (
    select
        *,
        lead(valid_from) over (partition by {{ columns | join(', ') }} order by valid_from) as next_valid_from
    from {{ model }}
) as followed
where next_valid_from < coalesce(valid_to, cast('9999-12-31' as date))
{% endtest %}
