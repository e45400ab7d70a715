with {% call step('all_pairs') %}
    select
        pairs.node,
        pairs.other_node
    from (
        {{ union_canonical('identity_pairs', ['node', 'other_node']) | indent(8) }}
    ) as pairs
{% endcall %}

{% call step('directed') %}
    select node as here, other_node as there from all_pairs
    union
    select other_node as here, node as there from all_pairs
{% endcall %}

-- whom an e-mail was seen with: a company's customer id beside it, or beside a vendor's id that stands beside it
company_emails as (
    select
        there as email_node,
        here as company_node
    from directed
    where here like 'company:%' and there like 'email:%'
    union
    select
        emails.there as email_node,
        companies.there as company_node
    from directed as emails
    inner join directed as companies on emails.here = companies.here
    where
        emails.there like 'email:%' and companies.there like 'company:%'
        and emails.here not like 'company:%' and emails.here not like 'email:%'
),

-- one person may have a few ids of the company; an e-mail of more is an office's, or stands for none: it tells nobody apart
shared_emails as (
    select email_node
    from company_emails
    group by 1
    having count(*) > {{ var('identity_email_max_customers') }}
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
