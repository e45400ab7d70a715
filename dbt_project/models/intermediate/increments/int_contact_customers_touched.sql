-- of every touched contact the customer whose it was and the one whose it is
{{ before_and_now(
    'customer_key', touched='int_contacts_touched', fact='fct_contacts', fact_key=['contact_key'],
    records='int_contacts_identified', record_key=contact_key()
) }}
