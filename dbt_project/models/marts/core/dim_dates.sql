{%- set first_day = "cast('2000-01-01' as date)" -%}

-- 2 to the 14th days: from 2000-01-01 to 2044-11-08
with numbers as (
    {{ dbt.generate_series(16384) | indent(4) }}
),

days as (
    select cast({{ dbt.dateadd('day', 'cast(generated_number as integer) - 1', first_day) }} as date) as date_day
    from numbers
),

dates as (
    select
        date_day,
        {% for grain in ['week', 'month', 'quarter', 'year'] -%}
        cast({{ dbt.date_trunc(grain, 'date_day') }} as date) as {{ grain }}_start{{ ',' if not loop.last }}
        {% endfor -%}
    from days
)

select * from dates
