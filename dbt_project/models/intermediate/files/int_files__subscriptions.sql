{{ config(materialized='view') }}

{{ canonical_subscriptions('files') }}
