{{ config(materialized='view') }}

{{ survey_answers_known(moments=['submitted_at']) }}
