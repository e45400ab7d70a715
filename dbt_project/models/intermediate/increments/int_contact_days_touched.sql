-- the days whose figures change: of every touched contact the day that it had and the day that it has
{{ before_and_now(
    'day', touched='int_contacts_touched', fact='fct_contacts', fact_key=['contact_key'],
    records='int_contacts_identified', record_key=contact_key(), now=local_date('records.opened_at')
) }}
