{{ latest_version(
    source('dynamics365', 'surveys'),
    key=['survey_id'],
    version='modified_at desc, version_number',
    columns=[
        'survey_id', 'name', 'friendly_name', 'source_survey_id', 'survey_source_code', 'project_id', 'starts_at', 'ends_at',
        'published_at', 'state_code', 'created_at', 'modified_at', 'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['survey_id'])}
) }}
