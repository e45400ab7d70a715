with source as (
    select * from {{ source('hubspot', 'contacts') }}
),

versions as (
    select
        contact_id,
        email,
        additional_emails,
        merged_object_ids,
        company_id,
        owner_id,
        lifecycle_stage,
        country,
        language,
        segment,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['contact_id'], 'updated_at') }} as version_rank
    from source
),

latest as (
    select
        contact_id,
        email,
        additional_emails,
        merged_object_ids,
        company_id,
        owner_id,
        lifecycle_stage,
        country,
        language,
        segment,
        created_at,
        updated_at,
        archived,
        archived_at,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
