{{ config(materialized='view') }}
{%- set columns = ['source', 'invite_id', 'survey_id', 'sent_at', 'delivered', 'status', 'opened_at', 'responded_at',
    'response_id', 'channel', 'customer_node'] -%}

with told as (
    {{ union_canonical('survey_invites', columns) | indent(4) }}
),

invites as (
    select {{ columns | join(', ') }} from told
    {{ only_those_in('int_survey_invites_touched', 'told', survey_invite_key()) }}
),

-- sent is delivered unless told otherwise; answered only if it had arrived and was answered before the reporting instant, of
-- which a response without a date of its own says nothing but by its answers
known_by_then as (
    select
        *,
        coalesce(delivered, lower(trim(status)) not in ('bounced', 'failed', 'undelivered'), true) as is_delivered,
        case
            when responded_at is null then coalesce(trim(response_id), '') <> ''
            else responded_at < {{ as_of() }}
        end as is_responded
    from invites
    where sent_at < {{ as_of() }}
),

nodes as (
    select * from {{ ref('int_customer_nodes') }}
),

answers as (
    {{ union_canonical('survey_answers', ['survey_id', 'response_id', 'submitted_at']) | indent(4) }}
),

yet_to_come as (
    select survey_id, response_id
    from answers
    where submitted_at >= {{ as_of() }}
    group by survey_id, response_id
),

-- one system may send the invite and another take the answer: the sender's own comes first
responses as (
    select
        source,
        survey_id,
        response_id,
        min(case when is_finished then 1 else 0 end) as is_told_finished,
        count(is_finished) as told
    from {{ ref('int_survey_answers_unioned') }}
    where response_id in (select known_by_then.response_id from known_by_then)
    group by source, survey_id, response_id
),

found as (
    select
        known_by_then.source,
        known_by_then.invite_id,
        responses.source as response_source,
        responses.response_id,
        responses.told = 0 or responses.is_told_finished = 1 as is_finished,
        row_number() over (
            partition by known_by_then.source, known_by_then.invite_id
            order by case when responses.source = known_by_then.source then 0 else 1 end, responses.source
        ) as preference
    from known_by_then
    inner join responses on known_by_then.survey_id = responses.survey_id and known_by_then.response_id = responses.response_id
),

answered as (
    select
        known_by_then.source,
        known_by_then.invite_id,
        known_by_then.customer_node,
        known_by_then.sent_at,
        known_by_then.survey_id,
        known_by_then.channel,
        known_by_then.is_delivered,
        known_by_then.opened_at,
        known_by_then.responded_at,
        found.response_source,
        found.response_id,
        found.is_finished,
        known_by_then.is_delivered and known_by_then.is_responded
        and (known_by_then.responded_at is not null or found.response_id is not null or yet_to_come.response_id is null) as is_answered
    from known_by_then
    left join found
        on known_by_then.source = found.source and known_by_then.invite_id = found.invite_id and found.preference = 1
    left join yet_to_come
        on known_by_then.survey_id = yet_to_come.survey_id and known_by_then.response_id = yet_to_come.response_id
),

resolved as (
    select
        answered.source,
        answered.invite_id,
        nodes.customer_key,
        answered.sent_at,
        {{ local_date('answered.sent_at') }} as day,
        answered.survey_id as survey,
        coalesce(nullif(trim(answered.channel), ''), 'unknown') as channel,
        coalesce(nodes.segment, 'unknown') as segment,
        coalesce(nodes.country, 'unknown') as country,
        answered.is_delivered,
        case when answered.opened_at < {{ as_of() }} then answered.opened_at end as opened_at,
        answered.is_answered,
        case when answered.is_answered then answered.responded_at end as responded_at,
        answered.response_source,
        answered.response_id,
        answered.is_answered and coalesce(answered.is_finished, true) as is_completed
    from answered
    left join nodes on answered.customer_node = nodes.node
)

select * from resolved
