{{ config(materialized='view') }}

{{ canonical_contacts('files') }}
