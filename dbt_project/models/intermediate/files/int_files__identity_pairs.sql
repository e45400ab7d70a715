{{ config(materialized='view') }}

{{ canonical_identity_pairs('files') }}
