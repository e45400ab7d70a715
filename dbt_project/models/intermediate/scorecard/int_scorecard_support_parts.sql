{%- set dimensions = ['channel', 'topic', 'segment', 'team'] -%}

with fcr as (
    {{ scorecard_parts(
        ref('fcr_by_day'), 'day', dimensions, ['first_contacts', 'resolved_first', 'pending', 'excluded', 'excluded_resolved'],
        {
            'fcr_gross': {'numerator': 'resolved_first', 'denominator': 'first_contacts - pending', 'n': 'first_contacts - pending',
                          'pending': 'pending'},
            'fcr_net': {'numerator': 'resolved_first - excluded_resolved', 'denominator': 'first_contacts - pending - excluded',
                        'n': 'first_contacts - pending - excluded', 'pending': 'pending'},
        }
    ) }}
),

service_levels as (
    {{ scorecard_parts(
        ref('service_levels_by_day'), 'day', dimensions,
        ['handled', 'handle_seconds_sum', 'waited', 'wait_seconds_sum', 'answered', 'abandoned', 'reopened', 'reopen_known'],
        {
            'aht_seconds': {'numerator': 'handle_seconds_sum', 'denominator': 'handled', 'n': 'handled'},
            'asa_seconds': {'numerator': 'wait_seconds_sum', 'denominator': 'waited', 'n': 'waited'},
            'abandon_rate': {'numerator': 'abandoned', 'denominator': 'answered + abandoned', 'n': 'answered + abandoned'},
            'reopen_rate': {'numerator': 'reopened', 'denominator': 'reopen_known', 'n': 'reopen_known'},
        }
    ) }}
),

parts as (
    select * from fcr
    union all
    select * from service_levels
)

select * from parts
