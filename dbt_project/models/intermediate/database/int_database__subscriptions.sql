{{ config(materialized='view') }}

{{ canonical_subscriptions('database') }}
