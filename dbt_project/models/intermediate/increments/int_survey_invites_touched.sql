-- the invites to write again: vendors' all, of files and databases new ones and those with a moment that has come, and those whose
-- response has changed or whose customer is another now or described otherwise
with invites as (
    {{ union_canonical('survey_invites', survey_invite_key() + ['survey_id', 'response_id', 'customer_node']) | indent(4) }}
),

incoming as (
    {{ union_canonical('survey_invites', survey_invite_key(), moments=['sent_at', 'opened_at', 'responded_at']) | indent(4) }}
),

known as (
    select {{ survey_invite_key() | join(', ') }} from {{ before('int_survey_invites') }}
    where source not in ('{{ sources_by_batch() | join("', '") }}')
),

answers as (
    select survey_id, response_id from {{ ref('int_survey_answer_changes') }}
    group by survey_id, response_id
),

nodes as (
    select node from {{ ref('int_customer_node_changes') }}
),

touched as (
    select {{ survey_invite_key() | join(', ') }} from incoming
    union
    select {{ survey_invite_key() | join(', ') }} from known
    union
    select invites.{{ survey_invite_key() | join(', invites.') }}
    from invites
    inner join answers on invites.survey_id = answers.survey_id and invites.response_id = answers.response_id
    union
    select invites.{{ survey_invite_key() | join(', invites.') }}
    from invites
    inner join nodes on invites.customer_node = nodes.node
),

keyed as (
    select
        {{ survey_invite_key() | join(', ') }},
        {{ invite_key() }} as invite_key
    from touched
)

select * from keyed
