{{ config(materialized='view') }}

{{ canonical_customers('database', rank='15') }}
