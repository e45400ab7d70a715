with receipts as (
    select * from {{ source('receipts', 'receipts') }}
    where finished_at is not null
),

health as (
    select
        run,
        source,
        stream,
        finished_at,
        status,
        message,
        batches,
        received,
        validated,
        quarantined,
        quarantined_by_rule,
        duplicates,
        bytes,
        newest_at,
        -- how old the newest entered window was at the reporting instant
        cast({{ dbt.datediff("newest_at", as_of(), "second") }} as double) / 3600 as freshness_hours,
        seconds,
        fields_added,
        fields_missing
    from receipts
)

select * from health
