{%- set dimensions = ['survey', 'touchpoint', 'journey_stage', 'channel', 'segment', 'country'] -%}

-- the headline holds 0-10 instruments only
with nps as (
    {{ scorecard_parts(
        ref('nps_by_day'), 'day', dimensions,
        ['responses', 'promoters', 'detractors', 'weighted_responses', 'weighted_promoters', 'weighted_detractors', 'weight_square_sum'],
        {
            'nps': {'numerator': 'promoters - detractors', 'denominator': 'responses', 'n': 'responses',
                    'promoters': 'promoters', 'detractors': 'detractors'},
            'nps_weighted': {'numerator': 'weighted_promoters - weighted_detractors', 'denominator': 'weighted_responses',
                             'n': 'responses', 'weight_squares': 'weight_square_sum'},
        },
        "scale = '0-10'"
    ) }}
),

csat as (
    {{ scorecard_parts(
        ref('csat_by_day'), 'day', dimensions, ['responses', 'satisfied'],
        {'csat': {'numerator': 'satisfied', 'denominator': 'responses', 'n': 'responses'}},
        'csat is not null'
    ) }}
),

-- the headline holds CES 2.0 only
ces as (
    {{ scorecard_parts(
        ref('ces_by_day'), 'day', dimensions, ['responses', 'easy', 'score_sum'],
        {
            'ces_mean': {'numerator': 'score_sum', 'denominator': 'responses', 'n': 'responses'},
            'ces_easy_rate': {'numerator': 'easy', 'denominator': 'responses', 'n': 'responses'},
        },
        "scale = '1-7'"
    ) }}
),

cli as (
    {{ scorecard_parts(
        ref('cli_by_day'), 'day', dimensions, ['responses', 'score_sum'],
        {'cli': {'numerator': 'score_sum', 'denominator': 'responses', 'n': 'responses'}}
    ) }}
),

response_rate as (
    {{ scorecard_parts(
        ref('int_survey_invites_by_day'), 'day', ['survey', 'channel', 'segment', 'country'], ['delivered', 'answered'],
        {'response_rate': {'numerator': 'answered', 'denominator': 'delivered', 'n': 'delivered'}}
    ) }}
),

parts as (
    select * from nps
    union all
    select * from csat
    union all
    select * from ces
    union all
    select * from cli
    union all
    select * from response_rate
)

select * from parts
