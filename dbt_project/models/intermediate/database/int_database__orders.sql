{{ config(materialized='view') }}

{{ canonical_orders('database') }}
