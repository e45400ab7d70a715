with source as (
    select * from {{ source('dynamics365', 'survey_responses') }}
),

versions as (
    select
        response_id,
        nps_score,
        satisfaction_metrics,
        sentiment_code,
        email,
        language,
        locale,
        started_at,
        submitted_at,
        context,
        source_response_id,
        source_survey_id,
        survey_id,
        invite_id,
        parent_response_id,
        regarding_id,
        regarding_type,
        status_code,
        state_code,
        created_at,
        modified_at,
        version_number,
        {{ dataverse_is_deleted(['response_id']) }} as is_deleted,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['response_id'], 'modified_at desc, version_number') }} as version_rank
    from source
),

latest as (
    select
        response_id,
        nps_score,
        satisfaction_metrics,
        sentiment_code,
        email,
        language,
        locale,
        started_at,
        submitted_at,
        context,
        source_response_id,
        source_survey_id,
        survey_id,
        invite_id,
        parent_response_id,
        regarding_id,
        regarding_type,
        status_code,
        state_code,
        created_at,
        modified_at,
        version_number,
        is_deleted,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
