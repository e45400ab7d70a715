{{ config(materialized='view') }}

{{ canonical_customers('files', rank='1') }}
