{{ latest_version(
    source('dynamics365', 'questions'),
    key=['question_id'],
    version='modified_at desc, version_number',
    columns=[
        'question_id', 'name', 'question', 'question_type_code', 'sequence', 'maximum_rating', 'answer_choices', 'is_required',
        'source_question_id', 'source_parent_question_id', 'source_survey_id', 'survey_id', 'state_code', 'created_at', 'modified_at',
        'version_number'
    ],
    computed={'is_deleted': dataverse_is_deleted(['question_id'])}
) }}
