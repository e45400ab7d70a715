-- the invites to write again: vendors' all, of files and databases new ones and those with a moment that has come, and those whose
-- response has changed or may, or whose customer is another now or described otherwise
with invites as (
    {{ union_canonical('survey_invites', survey_invite_key() + ['survey_id', 'response_id', 'responded_at', 'customer_node']) | indent(4) }}
),

incoming as (
    {{ union_canonical('survey_invites', survey_invite_key(), moments=['sent_at', 'opened_at', 'responded_at']) | indent(4) }}
),

answers as (
    select survey_id, response_id from {{ ref('int_survey_answer_changes') }}
    group by survey_id, response_id
),

known_answers as (
    select * from {{ ref('int_survey_answers_unioned') }}
),

-- whether they are answered an answer says that does not count yet: one of a vendor's may come, be dated otherwise and go unseen
undecided as (
    select {{ survey_invite_key() | join(', ') }} from invites
    where
        responded_at is null
        and trim(response_id) <> ''
        and not exists (
            select 1 from known_answers
            where invites.survey_id = known_answers.survey_id and invites.response_id = known_answers.response_id
        )
),

nodes as (
    select node from {{ ref('int_customer_node_changes') }}
),

touched as (
    select {{ survey_invite_key() | join(', ') }} from incoming
    union
    select {{ survey_invite_key() | join(', ') }} from undecided
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
),

-- what has gone of a vendor's is known by its key alone
known as (
    select
        source,
        invite_key
    from {{ before('fct_survey_invites', database='marts', schema='marts') }}
    where not {{ comes_by_batch() }}
),

invites_and_known as (
    select source, invite_id, invite_key from keyed
    union all
    select source, cast(null as {{ dbt.type_string() }}) as invite_id, invite_key from known
    where invite_key not in (select keyed.invite_key from keyed)
)

select * from invites_and_known
