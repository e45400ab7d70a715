with ladders as (
    select
        *,
        case when status = 'provisional' then 1 else 0 end as provisional
    from {{ ref('churn_by_month') }}
),

parts as (
    {{ scorecard_parts(
        'ladders', 'month', ['segment', 'country', 'plan'],
        ['opening_customers', 'churned_customers', 'opening_mrr', 'churned_mrr', 'contraction_mrr', 'expansion_mrr',
         'reactivation_mrr', 'provisional'],
        {
            'logo_churn_rate': {'numerator': 'churned_customers', 'denominator': 'opening_customers',
                                'n': 'opening_customers', 'pending': 'provisional'},
            'gross_mrr_churn_rate': {'numerator': 'churned_mrr + contraction_mrr', 'denominator': 'opening_mrr',
                                     'n': 'opening_customers', 'pending': 'provisional'},
            'net_mrr_churn_rate': {'numerator': 'churned_mrr + contraction_mrr - expansion_mrr - reactivation_mrr',
                                   'denominator': 'opening_mrr', 'n': 'opening_customers', 'pending': 'provisional'},
        }
    ) }}
)

select * from parts
