-- The intervals against worked numbers: Newcombe 1998 (Table I, method 3) for Wilson; the adjusted Wald interval of an NPS
-- for published counts, at both ends of the scale and where all answers are passive. Nobody answered: no interval. Of any size,
-- Wilson's ends lie in 0 to 1 and hold the proportion to the last bit.
with wilson_examples as (
    {% for successes, n, low, high in [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
        (10, 10, 0.7225, 1.0), (74, 107, 0.5987, 0.7712), (30, 50, 0.4618, 0.7239), (0, 0, 'null', 'null'),
    ] -%}
    select {{ successes }} as successes, {{ n }} as n, {{ low }} as low, {{ high }} as high {{ 'union all' if not loop.last }}
    {% endfor -%}
),

nps_examples as (
    {% for promoters, detractors, n, low, high in [
        (291, 395, 1162, -13.3084, -4.5457), (70, 10, 100, 45.2698, 71.2351), (57, 0, 100, 45.4602, 65.2194),
        (0, 10, 10, -100, -47.5036), (10, 0, 10, 47.5036, 100), (0, 0, 10, -18.465, 18.465), (0, 0, 0, 'null', 'null'),
    ] -%}
    select {{ promoters }} as promoters, {{ detractors }} as detractors, {{ n }} as n, {{ low }} as low, {{ high }} as high
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

sizes as (
    select series.generated_number as n from ({{ dbt.generate_series(4096) }}) as series
),

extremes as (
    {% for successes in ['0', 'n', '1'] -%}
    select
        'wilson at an end' as interval_kind,
        n,
        {{ safe_ratio(successes, 'n') }} as proportion,
        {{ wilson(successes, 'n', 'low') }} as low_found,
        {{ wilson(successes, 'n', 'high') }} as high_found
    from sizes
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

compared as (
    select
        'wilson' as interval_kind,
        n,
        low as low_expected,
        high as high_expected,
        {{ wilson('successes', 'n', 'low') }} as low_found,
        {{ wilson('successes', 'n', 'high') }} as high_found
    from wilson_examples
    union all
    select
        'adjusted_wald' as interval_kind,
        n,
        low as low_expected,
        high as high_expected,
        {{ nps_adjusted_wald('promoters', 'detractors', 'n', 'low') }} as low_found,
        {{ nps_adjusted_wald('promoters', 'detractors', 'n', 'high') }} as high_found
    from nps_examples
)

select * from compared
where
    coalesce(abs(low_found - low_expected) > 0.00006, n > 0 or low_found is not null)
    or coalesce(abs(high_found - high_expected) > 0.00006, n > 0 or high_found is not null)
union all
select
    interval_kind,
    n,
    proportion as low_expected,
    proportion as high_expected,
    low_found,
    high_found
from extremes
where low_found < 0 or low_found > proportion or high_found < proportion or high_found > 1
