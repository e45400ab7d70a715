{{ grows_by('int_contact_changes', contact_key()) }}

with contacts as (
    select {{ contact_columns() | join(', ') }}
    from {{ ref('int_contacts_incoming') }} as incoming
    {{ only_those_in('int_contact_changes', 'incoming', contact_key()) }}
)

select * from contacts
