-- A day that no calendar has (24.12., 02-30) would close nothing, without a word.
with days as (
    select
        day,
        substring(right(day, 5), 1, 2) as month_number,
        right(day, 2) as day_of_month
    from {{ ref('holidays') }}
)

select day
from days
where
    not (day like '__-__' or day like '____-__-__')
    or month_number not between '01' and '12'
    or day_of_month not between '01' and case
        when month_number = '02' then '29'
        when month_number in ('04', '06', '09', '11') then '30'
        else '31'
    end
