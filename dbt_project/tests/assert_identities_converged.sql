-- Ids that stand in one record belong to one customer. If this fails, raise the variable identity_rounds.
select
    pairs.node,
    pairs.other_node
from {{ ref('int_identity_pairs') }} as pairs
inner join {{ ref('int_customer_identities') }} as heres on pairs.node = heres.node
inner join {{ ref('int_customer_identities') }} as theres on pairs.other_node = theres.node
where heres.customer_key <> theres.customer_key
