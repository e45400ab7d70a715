{{ config(materialized='view') }}

{{ canonical_identity_pairs('database') }}
