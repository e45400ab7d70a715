{{ config(materialized='view') }}

{{ canonical_usage_events('files') }}
