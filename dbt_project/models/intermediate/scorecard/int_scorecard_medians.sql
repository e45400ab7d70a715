-- a median has no additive parts: it is taken from the contacts themselves, period by period
with replies as (
    select day, channel, topic, segment, team, first_reply_minutes
    from {{ ref('fct_contacts') }}
    where is_answered and not is_outbound and first_reply_minutes is not null
),

medians as (
    {% for dimension in ['all', 'channel', 'topic', 'segment', 'team'] -%}
    {% set last_dimension = loop.last -%}
    {% for grain, period_start, condition in periods_of('day') -%}
    select
        'first_reply_minutes_median' as metric,
        '{{ grain }}' as period_grain,
        {{ period_start }} as period_start,
        '{{ dimension }}' as dimension,
        {{ "'all'" if dimension == 'all' else dimension }} as dimension_value,
        {{ percentile('first_reply_minutes', 0.5) }} as median,
        count(*) as n
    from replies
    where {{ condition }}
    group by {{ period_start }}{{ '' if dimension == 'all' else ', ' ~ dimension }}
    {{ 'union all' if not (loop.last and last_dimension) }}
    {% endfor -%}
    {% endfor -%}
)

select * from medians
