"""Customer Voice in Dataverse: surveys, their questions, invites, responses, answers, and the satisfaction metrics."""

from kuulo.sources.dynamics365_rows import question_response_rows, response_metric_rows
from kuulo.sources.dynamics365_tables import column, points_into, table
from kuulo.sources.source import Column, Stream

_REGARDING = (
    column("regarding_id", "_regardingobjectid_value", personal="indirect"),
    points_into("regarding_type", "_regardingobjectid_value"),
)
_SENTIMENT = "647390000 positive, 647390001 neutral, 647390002 negative"

SURVEYS = table(
    "surveys",
    column("name", "msfp_name"),
    column("friendly_name", "msfp_friendlyname"),
    column("source_survey_id", "msfp_sourcesurveyidentifier"),
    column("survey_source_code", "msfp_surveysource", "int64"),
    column("project_id", "_msfp_project_value"),
    column("starts_at", "msfp_startdate", "timestamp"),
    column("ends_at", "msfp_enddate", "timestamp"),
    column("published_at", "msfp_publishedon", "timestamp"),
    logical_name="msfp_survey",
    entity_set="msfp_surveies",  # as the vendor writes it
    key=column("survey_id", "msfp_surveyid", required=True),
)
QUESTIONS = table(
    "questions",
    column("name", "msfp_name"),
    column("question", "msfp_questiontext"),
    column("question_type_code", "msfp_questiontype", "int64"),
    column("sequence", "msfp_sequence", "int64"),
    column("maximum_rating", "msfp_maximumrating", "int64"),
    column("answer_choices", "msfp_questionchoices"),
    column("is_required", "msfp_responserequired", "boolean"),
    column("source_question_id", "msfp_sourcequestionidentifier"),
    column("source_parent_question_id", "msfp_sourceparentquestionidentifier"),
    column("source_survey_id", "msfp_sourcesurveyidentifier"),
    column("survey_id", "_msfp_survey_value"),
    logical_name="msfp_question",
    entity_set="msfp_questions",
    key=column("question_id", "msfp_questionid", required=True),
)
SURVEY_RESPONSES = table(
    "survey_responses",
    column("nps_score", "msfp_npsscore", "int64", why="judged as a score in the stream response_metrics"),
    column("satisfaction_metrics", "msfp_satisfactionmetricvalue", why="JSON text, the rows of the stream response_metrics"),
    column("sentiment_code", "msfp_sentiment", "int64", why=_SENTIMENT),
    column("email", "msfp_respondentemailaddress", personal="direct"),
    column("language", "msfp_language"),
    column("locale", "msfp_locale"),
    column("started_at", "msfp_startdate", "timestamp"),
    column("submitted_at", "msfp_submitdate", "timestamp"),
    column("context", "msfp_embedcontextparameters", personal="free_text"),
    column("source_response_id", "msfp_sourceresponseidentifier"),
    column("source_survey_id", "msfp_sourcesurveyidentifier"),
    column("survey_id", "_msfp_surveyid_value"),
    column("invite_id", "_msfp_surveyinviteid_value"),
    column("parent_response_id", "_msfp_parentsurveyresponse_value"),
    *_REGARDING,
    column("status_code", "statuscode", "int64"),
    logical_name="msfp_surveyresponse",
    entity_set="msfp_surveyresponses",
    key=column("response_id", "activityid", required=True, personal="indirect"),
)
RESPONSE_METRICS = Stream(
    name="response_metrics",
    pages_of="survey_responses",
    rows_of=response_metric_rows,
    primary_key=("response_id", "question_id"),
    version_column="modified_at",
    scale_from="survey_questions",
    columns=(
        column("response_id", "activityid", required=True, personal="indirect"),
        column("modified_at", "modifiedon", "timestamp", required=True, why="of the response"),
        Column(name="survey_id"),
        Column(name="question_id", required=True, description="`msfp_npsscore`, or the id of a satisfaction metric"),
        Column(name="metric_type", description="nps, csat, ces or another word of the vendor's"),
        Column(name="score", type="float64"),
        Column(name="value", description="as the vendor writes it: a number, or the name of a group such as detractor"),
    ),
)
QUESTION_RESPONSES = table(
    "question_responses",
    column("response", "msfp_response", personal="free_text", why="text, of numbers too"),
    Column(name="score", type="float64", description="the response, where it is a number"),
    column("sentiment_value", "msfp_sentimentvalue", "float64"),
    column("key_phrases", "msfp_keyphrases", personal="free_text"),
    column("question_id", "_msfp_questionid_value"),
    column("survey_response_id", "_msfp_surveyresponseid_value", personal="indirect"),
    column("source_question_id", "msfp_sourcequestionidentifier"),
    column("source_response_id", "msfp_sourceresponseidentifier"),
    logical_name="msfp_questionresponse",
    entity_set="msfp_questionresponses",
    key=column("question_response_id", "msfp_questionresponseid", required=True, personal="indirect"),
    rows_of=question_response_rows,
    scale_from="survey_questions",
)
SURVEY_INVITES = table(
    "survey_invites",
    column("channel_code", "msfp_channel", "int64"),
    column("invite_status_code", "msfp_invitestatus", "int64"),
    column("status_reason", "msfp_invitestatusreason"),
    column("failure_reason", "msfp_invitefailurereason"),
    column("sent_at", "msfp_invitesentdate", "timestamp"),
    column("status_changed_at", "msfp_inviteupdateddate", "timestamp"),
    column("email", "msfp_inviteemailaddress", personal="direct"),
    column("survey_id", "_msfp_surveyid_value"),
    *_REGARDING,
    logical_name="msfp_surveyinvite",
    entity_set="msfp_surveyinvites",
    key=column("invite_id", "activityid", required=True, personal="indirect"),
)
SATISFACTION_METRICS = table(
    "satisfaction_metrics",
    column("name", "msfp_name"),
    column("type_code", "msfp_type", "int64"),
    column("minimum_value", "msfp_minimumvalue", "float64"),
    column("maximum_value", "msfp_maximumvalue", "float64"),
    column("threshold", "msfp_threshold", "float64"),
    column("last_value", "msfp_lastcomputedvalue", "float64"),
    column("last_computed_at", "msfp_lastcomputedon", "timestamp"),
    column("questions", "msfp_questions"),
    column("project_id", "_msfp_project_value"),
    logical_name="msfp_satisfactionmetric",
    entity_set="msfp_satisfactionmetrics",
    key=column("metric_id", "msfp_satisfactionmetricid", required=True),
)
SATISFACTION_METRIC_MAPPINGS = table(
    "satisfaction_metric_mappings",
    column("metric_id", "_msfp_satisfactionmetric_value"),
    column("survey_id", "_msfp_survey_value"),
    column("question_id", "_msfp_question_value"),
    logical_name="msfp_satisfactionmetricsurveymapping",
    entity_set="msfp_satisfactionmetricsurveymappings",
    key=column("mapping_id", "msfp_satisfactionmetricsurveymappingid", required=True),
)

VOICE_STREAMS = (
    SURVEYS, QUESTIONS, SURVEY_RESPONSES, RESPONSE_METRICS, QUESTION_RESPONSES, SURVEY_INVITES, SATISFACTION_METRICS,
    SATISFACTION_METRIC_MAPPINGS,
)  # fmt: skip
