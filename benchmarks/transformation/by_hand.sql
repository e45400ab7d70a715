-- What somebody who knows this company's data well would write for its survey, support, churn and scorecard marts: one process, one
-- file, no tests, no history of versions, one source. It makes the same figures as the dbt project (transform.py compares them), but
-- not follow-ups, journeys, drivers, retention, customer_360, business hours and intervals.
-- Statements end with a semicolon at a line's end. Variables: validated (a folder of Parquet), seeds, as_of, customer_key_inner and _outer.

create or replace temp macro keyed(text) as
    sha256(getvariable('customer_key_outer') || unhex(sha256(getvariable('customer_key_inner') || encode(text))));

create or replace temp view answers_latest as
with versions as (
    select * from read_parquet(getvariable('validated') || '/survey_answers/*/validated.parquet')
    where submitted_at < getvariable('as_of')
)

select * from versions
qualify row_number() over (partition by survey_id, response_id, question_id order by _landed_at desc) = 1;

create or replace temp view contacts_latest as
select * from read_parquet(getvariable('validated') || '/contacts/*/validated.parquet')
where opened_at < getvariable('as_of')
qualify row_number() over (partition by contact_id order by _landed_at desc) = 1;

create or replace temp view invites_latest as
select * from read_parquet(getvariable('validated') || '/survey_invites/*/validated.parquet')
where sent_at < getvariable('as_of')
qualify row_number() over (partition by invite_id order by _landed_at desc) = 1;

create or replace temp table subscriptions_latest as
select * from read_parquet(getvariable('validated') || '/subscriptions/*/validated.parquet')
qualify row_number() over (partition by subscription_id order by _landed_at desc) = 1;

create or replace temp table customers_latest as
select * from read_parquet(getvariable('validated') || '/customers/*/validated.parquet')
qualify row_number() over (partition by customer_id order by _landed_at desc) = 1;

-- customers: a number, and the e-mails seen with it; an e-mail of several numbers joins them, of more than three nobody
create or replace temp table seen as
select customer_id, lower(trim(email)) as email from customers_latest
union
select customer_id, lower(trim(email)) from read_parquet(getvariable('validated') || '/survey_answers/*/validated.parquet')
union
select customer_id, lower(trim(email)) from read_parquet(getvariable('validated') || '/contacts/*/validated.parquet')
union
select customer_id, null from read_parquet(getvariable('validated') || '/survey_invites/*/validated.parquet')
union
select customer_id, null from read_parquet(getvariable('validated') || '/usage_events/*/validated.parquet')
union
select customer_id, null from subscriptions_latest;

create or replace temp table identities as
with emails as (
    select email, min(customer_id) as first_id, count(distinct customer_id) as ids from seen where email is not null group by email
),

numbers as (
    select seen.customer_id, min(coalesce(emails.first_id, seen.customer_id)) as first_id
    from seen
    left join emails on seen.email = emails.email and emails.ids <= 3
    where seen.customer_id is not null
    group by seen.customer_id
),

nodes as (
    select 'company:' || customer_id as node, 'company:' || first_id as customer from numbers
    union all
    select 'email:' || emails.email, coalesce('company:' || numbers.first_id, 'email:' || emails.email)
    from emails
    left join numbers on emails.first_id = numbers.customer_id
    where emails.ids <= 3
)

select nodes.node, keys.customer_key
from nodes
inner join (select customer, keyed(customer) as customer_key from nodes group by customer) as keys on nodes.customer = keys.customer;

create or replace table dim_customers as
select
    identities.customer_key,
    coalesce(arg_min(nullif(trim(segment), ''), customer_id), 'unknown') as segment,
    coalesce(arg_min(nullif(trim(country), ''), customer_id), 'unknown') as country
from identities
left join customers_latest on identities.node = 'company:' || customers_latest.customer_id
group by identities.customer_key;

create or replace temp table people as
select identities.node, dim_customers.*
from identities
inner join dim_customers on identities.customer_key = dim_customers.customer_key;

-- surveys
create or replace table fct_survey_answers as
select
    keyed('response:files:' || answers.survey_id || ':' || answers.response_id) as response_key,
    people.customer_key,
    answers.survey_id as survey,
    answers.question_id,
    answers.metric,
    answers.scale,
    answers.score,
    100 * (case when scales.direction = 'low_good' then scales.scale_max - answers.score else answers.score - scales.scale_min end)
    / (scales.scale_max - scales.scale_min) as score_100,
    case answers.metric
        when 'nps' then
            case
                when answers.score >= scales.promoter_min then 'promoter'
                when answers.score <= scales.detractor_max then 'detractor'
                when scales.promoter_min is not null then 'passive'
            end
        when 'csat' then if(answers.score between scales.satisfied_min and scales.satisfied_max, 'satisfied', 'unsatisfied')
        when 'ces' then if(answers.score between scales.easy_min and scales.easy_max, 'easy', 'not_easy')
    end as category,
    coalesce(answers.weight, 1) as weight,
    answers.submitted_at,
    answers.submitted_at::date as day,
    coalesce(answers.touchpoint, 'unknown') as touchpoint,
    coalesce(answers.journey_stage, 'unknown') as journey_stage,
    coalesce(answers.channel, 'unknown') as channel,
    coalesce(people.segment, 'unknown') as segment,
    coalesce(people.country, 'unknown') as country,
    answers.is_finished
from answers_latest as answers
inner join read_csv(getvariable('seeds') || '/survey_scales.csv') as scales on answers.scale = scales.scale_id
left join people on coalesce('company:' || answers.customer_id, 'email:' || lower(trim(answers.email))) = people.node
where answers.score between scales.scale_min and scales.scale_max;

create or replace table nps_by_day as
select
    day, survey, touchpoint, journey_stage, channel, segment, country, scale,
    count(*) as responses,
    count_if(category = 'promoter') as promoters,
    count_if(category = 'passive') as passives,
    count_if(category = 'detractor') as detractors,
    sum(score) as score_sum,
    100 * (promoters - detractors) / responses as nps,
    sum(weight) as weighted_responses,
    sum(weight) filter (where category = 'promoter') as weighted_promoters,
    sum(weight) filter (where category = 'passive') as weighted_passives,
    sum(weight) filter (where category = 'detractor') as weighted_detractors,
    sum(weight * weight) as weight_square_sum
from fct_survey_answers
where metric = 'nps'
group by all;

create or replace table csat_by_day as
select
    day, survey, touchpoint, journey_stage, channel, segment, country, scale,
    count(*) as responses,
    count_if(category = 'satisfied') as satisfied,
    sum(score) as score_sum,
    100 * satisfied / responses as csat
from fct_survey_answers
where metric = 'csat'
group by all;

create or replace table ces_by_day as
select
    day, survey, touchpoint, journey_stage, channel, segment, country, scale,
    count(*) as responses,
    count_if(category = 'easy') as easy,
    sum(score) as score_sum,
    score_sum / responses as ces_mean
from fct_survey_answers
where metric = 'ces'
group by all;

create or replace table cli_by_day as
with items as (
    select
        response_key, metric, max(day) as day, min(survey) as survey, min(touchpoint) as touchpoint, min(journey_stage) as journey_stage,
        min(channel) as channel, min(segment) as segment, min(country) as country, min(scale) as scale, avg(score_100) as score_100
    from fct_survey_answers
    where metric like 'cli\_%' escape '\'
    group by response_key, metric
),

responses as (
    select
        max(day) as day, min(survey) as survey, min(touchpoint) as touchpoint, min(journey_stage) as journey_stage,
        min(channel) as channel, min(segment) as segment, min(country) as country,
        if(min(scale) = max(scale), min(scale), 'mixed') as scale, count(*) = 3 as is_complete, avg(score_100) as score_100
    from items
    group by response_key
)

select
    day, survey, touchpoint, journey_stage, channel, segment, country, scale,
    count_if(is_complete) as responses,
    coalesce(sum(score_100) filter (where is_complete), 0) as score_sum,
    avg(score_100) filter (where is_complete) as cli
from responses
group by all;

create or replace temp table invites_by_day as
select
    invites.sent_at::date as day,
    invites.survey_id as survey,
    coalesce(invites.channel, 'unknown') as channel,
    coalesce(people.segment, 'unknown') as segment,
    coalesce(people.country, 'unknown') as country,
    count(*) filter (where invites.delivered) as delivered,
    count(*) filter (where invites.delivered and invites.responded_at < getvariable('as_of')) as answered
from invites_latest as invites
left join people on coalesce('company:' || invites.customer_id, 'email:' || lower(trim(invites.email))) = people.node
group by all;

-- support
create or replace table fct_contacts as
with told as (
    select
        contacts.contact_id,
        people.customer_key,
        contacts.opened_at,
        coalesce(nullif(trim(contacts.channel), ''), 'unknown') as channel,
        coalesce(nullif(trim(contacts.topic), ''), 'unknown') as topic,
        coalesce(nullif(trim(contacts.team), ''), 'unknown') as team,
        coalesce(people.segment, 'unknown') as segment,
        coalesce(lower(trim(contacts.direction)) = 'outbound', false) as is_outbound,
        coalesce(contacts.is_abandoned, false) as is_abandoned,
        coalesce(contacts.is_bot, false) as is_bot,
        if(contacts.resolved_at >= getvariable('as_of'), false, contacts.is_resolved) as is_resolved,
        if(contacts.first_reply_at >= contacts.opened_at and contacts.first_reply_at < getvariable('as_of'), contacts.first_reply_at, null)
            as first_reply_at,
        contacts.wait_seconds, contacts.talk_seconds, contacts.hold_seconds, contacts.wrap_seconds,
        contacts.agent_id, contacts.reopen_count, contacts.transfer_count
    from contacts_latest as contacts
    left join people on coalesce('company:' || contacts.customer_id, 'email:' || lower(trim(contacts.email))) = people.node
),

sequenced as (
    select
        contact_id,
        coalesce(opened_at - lag(opened_at) over same <= interval 168 hours, false) as is_repeat,
        getvariable('as_of') - opened_at < interval 168 hours as is_open,
        coalesce(lead(opened_at) over same - opened_at <= interval 168 hours, false) or coalesce(reopen_count > 0, false)
        or not coalesce(is_resolved, true) or coalesce(transfer_count > 0, false) as is_unsolved
    from told
    where customer_key is not null and not is_abandoned and not is_outbound
    window same as (partition by customer_key, lower(trim(topic)) order by opened_at, contact_id)
),

bots as (
    select distinct bots.contact_id
    from told as bots
    inner join told as others on bots.customer_key = others.customer_key
    where
        bots.is_bot and not others.is_bot and not others.is_outbound
        and others.opened_at between bots.opened_at and bots.opened_at + interval 24 hours
),

excluded as (
    select lower(trim(topic)) as topic, valid_from, valid_to from read_csv(getvariable('seeds') || '/fcr_exclusions.csv', header = true)
)

select
    keyed('contact:files:' || told.contact_id) as contact_key,
    told.customer_key,
    told.opened_at,
    told.opened_at::date as day,
    told.channel,
    told.topic,
    told.segment,
    told.team,
    told.is_outbound,
    not told.is_abandoned and not told.is_bot as is_answered,
    told.is_abandoned,
    told.is_bot,
    bots.contact_id is not null as is_escalated_from_bot,
    told.is_resolved,
    case
        when sequenced.contact_id is null then 'excluded'
        when sequenced.is_repeat then 'repeat'
        when sequenced.is_open then 'pending'
        when sequenced.is_unsolved then 'unresolved'
        else 'resolved'
    end as fcr_status,
    exists (
        select 1 from excluded
        where lower(told.topic) = excluded.topic and told.opened_at >= excluded.valid_from
        and (excluded.valid_to is null or told.opened_at < excluded.valid_to::date)
    ) as is_excluded_from_net,
    if(
        coalesce(told.talk_seconds, told.hold_seconds, told.wrap_seconds) is null, null,
        coalesce(told.talk_seconds, 0) + coalesce(told.hold_seconds, 0) + coalesce(told.wrap_seconds, 0)
    ) as handle_seconds,
    told.talk_seconds,
    told.wait_seconds,
    (epoch_us(told.first_reply_at) - epoch_us(told.opened_at)) / 1000000.0 / 60 as first_reply_minutes,
    told.reopen_count
from told
left join sequenced on told.contact_id = sequenced.contact_id
left join bots on told.contact_id = bots.contact_id;

create or replace table fcr_by_day as
select
    day, channel, topic, segment, team,
    count(*) as contacts,
    count_if(fcr_status not in ('repeat', 'excluded')) as first_contacts,
    count_if(fcr_status = 'resolved') as resolved_first,
    count_if(fcr_status = 'repeat') as repeats,
    count_if(fcr_status = 'pending') as pending,
    count_if(is_excluded_from_net and fcr_status in ('resolved', 'unresolved')) as excluded,
    count_if(is_excluded_from_net and fcr_status = 'resolved') as excluded_resolved,
    resolved_first / nullif(first_contacts - pending, 0) as fcr_gross
from fct_contacts
group by all;

create or replace table service_levels_by_day as
with measured as (
    select
        *,
        if(is_answered and not is_outbound, first_reply_minutes, null) as reply,
        if(is_answered, wait_seconds, null) as wait,
        if(is_answered, handle_seconds, null) as handle
    from fct_contacts
)

select
    day, channel, topic, segment, team,
    count(*) as contacts,
    count_if(is_answered) as answered,
    count_if(is_abandoned and not is_bot) as abandoned,
    count_if(is_bot) as bot_sessions,
    count_if(is_escalated_from_bot) as escalated_from_bot,
    count(handle) as handled,
    coalesce(sum(handle), 0) as handle_seconds_sum,
    count(wait) as waited,
    coalesce(sum(wait), 0) as wait_seconds_sum,
    count(*) filter (where wait <= 20) as answered_within,
    count(reply) as first_replies,
    count_if(is_resolved) as resolved,
    count_if(coalesce(reopen_count > 0, false)) as reopened,
    count_if(reopen_count is not null and (is_resolved or reopen_count > 0)) as reopen_known,
    quantile_cont(handle, [0.5, 0.9]) as handle_seconds,
    quantile_cont(wait, [0.5, 0.9]) as wait_seconds,
    quantile_cont(reply, [0.5, 0.9]) as first_reply_minutes
from measured
group by all;

-- subscriptions
create or replace temp table stays as
select
    people.customer_key,
    people.segment,
    people.country,
    coalesce(nullif(trim(subscriptions.plan), ''), 'unknown') as plan,
    subscriptions.mrr::decimal(18, 4) as mrr,
    subscriptions.subscription_id,
    subscriptions.ended_at,
    date_trunc('month', subscriptions.started_at)::date as started,
    if(subscriptions.ended_at < getvariable('as_of'), date_trunc('month', subscriptions.ended_at)::date, null) as ended,
    if(lower(trim(subscriptions.cancel_kind)) = 'involuntary', 'involuntary', 'voluntary') as kind,
    min(started) over (partition by people.customer_key) as first_started
from subscriptions_latest as subscriptions
inner join people on 'company:' || subscriptions.customer_id = people.node
where
    subscriptions.started_at < getvariable('as_of')
    and (subscriptions.ended_at is null or subscriptions.ended_at > subscriptions.started_at);

create or replace temp table spans as
with changes as (
    select customer_key, started as month from stays where ended is null or ended > started
    union
    select customer_key, ended from stays where ended > started
),

spans as (
    select customer_key, month as first_month, lead(month) over (partition by customer_key order by month) as last_month from changes
)

select
    spans.*,
    any_value(stays.segment) as segment,
    any_value(stays.country) as country,
    any_value(stays.first_started) as first_started,
    arg_min(stays.plan, (-stays.mrr, stays.subscription_id)) as plan,
    sum(stays.mrr) as mrr
from spans
inner join stays
    on
        spans.customer_key = stays.customer_key and spans.first_month >= stays.started
        and (stays.ended is null or spans.first_month < stays.ended)
group by spans.customer_key, spans.first_month, spans.last_month;

create or replace table churn_by_month as
with neighbours as (
    select
        *,
        coalesce(lag(last_month) over same = first_month, false) as was_there,
        lag(plan) over same as previous_plan,
        lag(mrr) over same as previous_mrr,
        lead(first_month) over same as next_month
    from spans
    window same as (partition by customer_key order by first_month)
),

kinds as (
    select customer_key, ended, arg_max(kind, (ended_at, subscription_id)) as kind from stays where ended is not null group by all
),

months as (
    select unnest(generate_series(min(started), getvariable('as_of')::date - 1, interval 1 month))::date as month from stays
),

openings as (
    select first_month, last_month, segment, plan, country, count(*) as customers, sum(mrr) as mrr
    from spans
    group by all
),

parts as (
    select months.month, segment, plan, country, 'opening' as part, customers, mrr
    from openings
    inner join months on openings.first_month < months.month and (openings.last_month is null or openings.last_month >= months.month)
    union all
    select
        first_month, segment, if(was_there, previous_plan, plan), country,
        case
            when was_there then if(mrr > previous_mrr, 'expansion', 'contraction')
            when first_started < first_month then 'reactivation'
            else 'new'
        end,
        1, if(was_there, abs(mrr - previous_mrr), mrr)
    from neighbours
    where not was_there or mrr <> previous_mrr
    union all
    select neighbours.last_month, segment, plan, country, kinds.kind, 1, mrr
    from neighbours
    inner join kinds on neighbours.customer_key = kinds.customer_key and neighbours.last_month = kinds.ended
    where neighbours.next_month is null or neighbours.next_month > neighbours.last_month
)

select
    month, segment, plan, country,
    coalesce(sum(customers) filter (where part = 'opening'), 0) as opening_customers,
    coalesce(sum(customers) filter (where part = 'new'), 0) as new_customers,
    coalesce(sum(customers) filter (where part = 'reactivation'), 0) as reactivated_customers,
    coalesce(sum(customers) filter (where part in ('voluntary', 'involuntary')), 0) as churned_customers,
    coalesce(sum(mrr) filter (where part = 'opening'), 0) as opening_mrr,
    coalesce(sum(mrr) filter (where part = 'new'), 0) as new_mrr,
    coalesce(sum(mrr) filter (where part = 'expansion'), 0) as expansion_mrr,
    coalesce(sum(mrr) filter (where part = 'reactivation'), 0) as reactivation_mrr,
    coalesce(sum(mrr) filter (where part = 'contraction'), 0) as contraction_mrr,
    coalesce(sum(mrr) filter (where part in ('voluntary', 'involuntary')), 0) as churned_mrr
from parts
group by all;

-- the scorecard
create or replace temp table periods as
select day, grain.name as period_grain, grain.start as period_start
from (
    select unnest(generate_series(date '2000-01-01', getvariable('as_of')::date, interval 1 day))::date as day
),
unnest([
    {'name': 'day', 'start': day},
    {'name': 'week', 'start': date_trunc('week', day)::date},
    {'name': 'month', 'start': date_trunc('month', day)::date},
    {'name': 'quarter', 'start': date_trunc('quarter', day)::date},
    {'name': 'year', 'start': date_trunc('year', day)::date},
    {'name': 'rolling_90_days', 'start': getvariable('as_of')::date - 90},
    {'name': 'all_time', 'start': date '1970-01-01'}
]) as grains (grain)
where grain.name <> 'rolling_90_days' or day >= getvariable('as_of')::date - 90;

create or replace temp macro dimension_of(survey, touchpoint, journey_stage, channel, segment, country, topic, team) as
    case
        when survey is not null then {'name': 'survey', 'value': survey}
        when touchpoint is not null then {'name': 'touchpoint', 'value': touchpoint}
        when journey_stage is not null then {'name': 'journey_stage', 'value': journey_stage}
        when channel is not null then {'name': 'channel', 'value': channel}
        when segment is not null then {'name': 'segment', 'value': segment}
        when country is not null then {'name': 'country', 'value': country}
        when topic is not null then {'name': 'topic', 'value': topic}
        when team is not null then {'name': 'team', 'value': team}
        else {'name': 'all', 'value': 'all'}
    end;

create or replace table scorecard_by_period as
with surveys as (
    select *, 'nps' as metric, promoters - detractors as numerator, responses as denominator from nps_by_day
    union all by name
    select *, 'nps_weighted' as metric, coalesce(weighted_promoters, 0) - coalesce(weighted_detractors, 0) as numerator,
        weighted_responses as denominator
    from nps_by_day
    union all by name
    select *, 'csat' as metric, satisfied as numerator, responses as denominator from csat_by_day
    union all by name
    select *, 'ces_mean' as metric, score_sum as numerator, responses as denominator from ces_by_day
    union all by name
    select *, 'ces_easy_rate' as metric, easy as numerator, responses as denominator from ces_by_day
    union all by name
    select *, 'cli' as metric, score_sum as numerator, responses as denominator from cli_by_day
),

survey_sums as (
    select
        metric, period_grain, period_start, dimension_of(survey, touchpoint, journey_stage, channel, segment, country, null, null) as cut,
        sum(numerator::double) as numerator, sum(denominator::double) as denominator, sum(responses) as n
    from surveys
    inner join periods using (day)
    group by grouping sets (
        (metric, period_grain, period_start),
        (metric, period_grain, period_start, survey), (metric, period_grain, period_start, touchpoint),
        (metric, period_grain, period_start, journey_stage), (metric, period_grain, period_start, channel),
        (metric, period_grain, period_start, segment), (metric, period_grain, period_start, country)
    )
),

invite_sums as (
    select
        'response_rate' as metric, period_grain, period_start, dimension_of(survey, null, null, channel, segment, country, null, null) as cut,
        sum(answered)::double as numerator, sum(delivered)::double as denominator, sum(delivered) as n
    from invites_by_day
    inner join periods using (day)
    group by grouping sets (
        (period_grain, period_start), (period_grain, period_start, survey), (period_grain, period_start, channel),
        (period_grain, period_start, segment), (period_grain, period_start, country)
    )
),

support as (
    select
        day, channel, topic, segment, team,
        unnest([
            {'metric': 'fcr_gross', 'numerator': resolved_first::double, 'denominator': (first_contacts - pending)::double},
            {'metric': 'fcr_net', 'numerator': (resolved_first - excluded_resolved)::double,
             'denominator': (first_contacts - pending - excluded)::double}
        ], recursive := true)
    from fcr_by_day
    union all
    select
        day, channel, topic, segment, team,
        unnest([
            {'metric': 'aht_seconds', 'numerator': handle_seconds_sum, 'denominator': handled::double},
            {'metric': 'asa_seconds', 'numerator': wait_seconds_sum, 'denominator': waited::double},
            {'metric': 'abandon_rate', 'numerator': abandoned::double, 'denominator': (answered + abandoned)::double},
            {'metric': 'reopen_rate', 'numerator': reopened::double, 'denominator': reopen_known::double}
        ], recursive := true)
    from service_levels_by_day
),

support_sums as (
    select
        metric, period_grain, period_start, dimension_of(null, null, null, channel, segment, null, topic, team) as cut,
        sum(numerator) as numerator, sum(denominator) as denominator, sum(denominator)::bigint as n
    from support
    inner join periods using (day)
    group by grouping sets (
        (metric, period_grain, period_start), (metric, period_grain, period_start, channel), (metric, period_grain, period_start, topic),
        (metric, period_grain, period_start, segment), (metric, period_grain, period_start, team)
    )
),

churn_sums as (
    select
        'month' as period_grain, month as period_start,
        case
            when segment is not null then {'name': 'segment', 'value': segment}
            when country is not null then {'name': 'country', 'value': country}
            when plan is not null then {'name': 'plan', 'value': plan}
            else {'name': 'all', 'value': 'all'}
        end as cut,
        sum(opening_customers)::bigint as n,
        unnest([
            {'metric': 'logo_churn_rate', 'numerator': sum(churned_customers)::double, 'denominator': sum(opening_customers)::double},
            {'metric': 'gross_mrr_churn_rate', 'numerator': sum(churned_mrr + contraction_mrr)::double,
             'denominator': sum(opening_mrr)::double},
            {'metric': 'net_mrr_churn_rate',
             'numerator': sum(churned_mrr + contraction_mrr - expansion_mrr - reactivation_mrr)::double,
             'denominator': sum(opening_mrr)::double}
        ], recursive := true)
    from churn_by_month
    group by grouping sets ((month), (month, segment), (month, country), (month, plan))
),

medians as (
    select
        'first_reply_minutes_median' as metric, period_grain, period_start,
        dimension_of(null, null, null, channel, segment, null, topic, team) as cut,
        quantile_cont(first_reply_minutes, 0.5) as value, count(*) as n
    from fct_contacts
    inner join periods using (day)
    where is_answered and not is_outbound and first_reply_minutes is not null
    group by grouping sets (
        (period_grain, period_start), (period_grain, period_start, channel), (period_grain, period_start, topic),
        (period_grain, period_start, segment), (period_grain, period_start, team)
    )
),

valued as (
    select metric, period_grain, period_start, cut, if(metric in ('nps', 'nps_weighted', 'csat'), 100, 1) * numerator / denominator as value, n
    from (from survey_sums union all by name from invite_sums union all by name from support_sums union all by name from churn_sums)
    where n > 0
    union all by name
    from medians
)

select
    metric, period_grain, period_start, cut.name as dimension, cut.value as dimension_value,
    if(cut.name <> 'all' and n < 5, null, value) as value, n
from valued;
