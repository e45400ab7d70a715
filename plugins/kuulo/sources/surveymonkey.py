"""SurveyMonkey: the answers to every survey, one row a question (and row of a matrix).

Vendor page: https://api.surveymonkey.com/v3/docs. Data centres differ by host (.com, .eu, .ca): name it in the connection. What a
question measures is declared in the seed survey_questions, by survey id and question id.
"""

from datetime import timedelta

from kuulo.sources.manners import Manners, Permission, Rate
from kuulo.sources.pagination import VerbatimLink
from kuulo.sources.reading import Paged, Parents, PerParent
from kuulo.sources.request_params import WindowParams
from kuulo.sources.source import Column, Source, Stream
from kuulo.sources.surveymonkey_reading import TIME_FORM, FromLastModified
from kuulo.sources.surveymonkey_rows import answer_rows

_SURVEYS = Paged(path="/surveys", records_at="data", pager=VerbatimLink(link_at="links.next"), params=(("per_page", "1000"),))
_WINDOW = WindowParams(from_param="start_modified_at", until_param="end_modified_at", lookback=timedelta(minutes=10), form=TIME_FORM)
_OLDEST_FIRST = (("per_page", "100"), ("sort_by", "date_modified"), ("sort_order", "ASC"))

RESPONSES = Stream(
    name="responses",
    reading=PerParent(
        parents=Parents(listing=_SURVEYS),
        known_as="survey_id",
        listing=Paged(
            path="/surveys/{parent}/responses/bulk",
            records_at="data",
            pager=FromLastModified(records_at="data", since_param="start_modified_at"),
            params=_OLDEST_FIRST,
            asked=(_WINDOW,),
        ),
    ),
    rows_of=answer_rows,
    primary_key=("response_id", "question_id"),
    version_column="modified_at",
    scale_from="survey_questions",
    columns=(
        Column(name="response_id", required=True, personal="indirect"),
        Column(name="survey_id", required=True),
        Column(name="question_id", description="the question, and behind a slash the row of a matrix; null where nothing was answered"),
        Column(name="score", type="float64", description="weight of the one choice, as rating scales and NPS questions have it"),
        Column(name="content", personal="free_text", description="written text, or ids of the choices"),
        Column(name="status", description="completed, partial, overquota or disqualified"),
        Column(name="collection_mode"),
        Column(name="created_at", type="timestamp"),
        Column(name="modified_at", type="timestamp", required=True),
        Column(name="email", personal="direct", description="of an invited contact"),
        Column(name="custom_variables", type="json", personal="direct", description="such as the company's own customer number"),
    ),
)

SURVEYMONKEY = Source(
    name="surveymonkey",
    base_url="https://api.surveymonkey.com/v3",
    manners=Manners(
        rates=(Rate(2, 1.0),),
        permissions=(
            Permission("/responses", "the scopes View Responses and View Response Details"),
            Permission("/surveys", "the scope View Surveys"),
        ),
    ),
    description="surveys made with SurveyMonkey",
    streams=(RESPONSES,),
)
