{{ config(materialized='view') }}

{{ canonical_survey_invites('files') }}
