{{ changed_keys('contacts', contact_columns(), contact_key()) }}
