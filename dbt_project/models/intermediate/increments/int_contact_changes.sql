{{ changed_keys('contacts', contact_columns(), contact_key(), kept='int_contacts_unioned') }}
