{{ config(materialized='view') }}

{{ canonical_survey_answers('files') }}
