{{ config(materialized='view') }}

{{ canonical_contacts('database') }}
