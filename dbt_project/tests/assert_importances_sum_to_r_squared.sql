-- shares that do not add up to what is explained would be no shares
select
    metric,
    max(r_squared) as r_squared,
    sum(importance) as importances
from {{ ref('metric_drivers') }}
where status = 'used'
group by metric
having abs(sum(importance) - max(r_squared)) > 0.000000001 or max(r_squared) <> min(r_squared)
