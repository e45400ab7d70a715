with source as (
    select * from {{ source('intercom', 'contacts') }}
),

versions as (
    select
        contact_id,
        external_id,
        role,
        email,
        country,
        language,
        company_id,
        owner_id,
        unsubscribed_from_emails,
        has_hard_bounced,
        created_at,
        updated_at,
        signed_up_at,
        last_seen_at,
        last_replied_at,
        custom_attributes,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['contact_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        contact_id,
        external_id,
        role,
        email,
        country,
        language,
        company_id,
        owner_id,
        unsubscribed_from_emails,
        has_hard_bounced,
        created_at,
        updated_at,
        signed_up_at,
        last_seen_at,
        last_replied_at,
        custom_attributes,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
