{#- Which ids stand in which stream: the company's own customer id, HubSpot's contact id, an e-mail. Data, so that a new
    stream is a line here. -#}
{%- set records = [
    ('stg_files__customers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__survey_answers', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__survey_invites', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__contacts', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__usage_events', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__orders', {'company': 'customer_id', 'email': 'email'}),
    ('stg_files__subscriptions', {'company': 'customer_id'}),
    ('stg_files__reviews', {'email': 'email'}),
    ('stg_survicate__responses', {'company': 'user_id', 'email': 'email'}),
    ('stg_hubspot__contacts', {'hubspot': 'contact_id', 'email': 'email'}),
    ('stg_hubspot__feedback_submissions', {'hubspot': 'contact_id'}),
] -%}

with

{% for model, ids in records -%}
{{ model }}_ids as (
    select
        {% for namespace, column in ids.items() -%}
        {{ identity_node(namespace, column) }} as {{ 'node' if loop.first else 'other_node' }},
        {% endfor -%}
        count(*) as records
    from {{ ref(model) }}
    group by {{ range(1, ids | length + 1) | join(', ') }}
),

{% endfor -%}

hubspot_additional_emails as (
    select
        contact_id,
        {{ unnest_separated('additional_emails') }} as email
    from {{ ref('stg_hubspot__contacts') }}
),

hubspot_merged_contacts as (
    select
        contact_id,
        {{ unnest_separated('merged_object_ids') }} as merged_contact_id
    from {{ ref('stg_hubspot__contacts') }}
),

hubspot_associated_contacts as (
    select from_id as contact_id
    from {{ ref('stg_hubspot__associations') }}
    where from_type in ('contact', 'contacts')
    union all
    select to_id as contact_id
    from {{ ref('stg_hubspot__associations') }}
    where to_type in ('contact', 'contacts')
),

all_pairs as (
    {% for model, ids in records -%}
    select node, {{ 'other_node' if ids | length > 1 else 'node' }} as other_node from {{ model }}_ids
    union all
    {% endfor -%}
    select {{ identity_node('hubspot', 'contact_id') }} as node, {{ identity_node('email', 'email') }} as other_node
    from hubspot_additional_emails
    union all
    select {{ identity_node('hubspot', 'contact_id') }} as node, {{ identity_node('hubspot', 'merged_contact_id') }} as other_node
    from hubspot_merged_contacts
    union all
    select {{ identity_node('hubspot', 'contact_id') }} as node, {{ identity_node('hubspot', 'contact_id') }} as other_node
    from hubspot_associated_contacts
),

-- one person may have a few ids of the company; an e-mail of more is an office's, or stands for none: it tells nobody apart
shared_emails as (
    select other_node as email_node
    from all_pairs
    where node like 'company:%' and other_node like 'email:%'
    group by 1
    having count(distinct node) > {{ var('identity_email_max_customers') }}
),

telling_pairs as (
    select
        case when shared_heres.email_node is null then all_pairs.node end as node,
        case when shared_theres.email_node is null then all_pairs.other_node end as other_node
    from all_pairs
    left join shared_emails as shared_heres on all_pairs.node = shared_heres.email_node
    left join shared_emails as shared_theres on all_pairs.other_node = shared_theres.email_node
),

pairs as (
    select
        coalesce(node, other_node) as node,
        coalesce(other_node, node) as other_node
    from telling_pairs
    where node is not null or other_node is not null
    group by 1, 2
)

select * from pairs
