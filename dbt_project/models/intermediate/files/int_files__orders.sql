{{ config(materialized='view') }}

{{ canonical_orders('files') }}
