"""Survicate, Data Export API v2: surveys, their questions, the answers, and what is known of the respondents.

Vendor page: https://developers.survicate.com/data-export/setup/ (version 1 was switched off on 15 September 2026).
"""

from datetime import timedelta

from kuulo.sources.manners import Manners, Permission, Rate
from kuulo.sources.pagination import NextLink
from kuulo.sources.proof import KeyHeader
from kuulo.sources.reading import Paged, Parents, PerParent
from kuulo.sources.request_params import ListedParam, WindowParams
from kuulo.sources.source import Column, Source, Stream
from kuulo.sources.survicate_rows import answer_rows, attribute_rows, question_rows

_LINK = NextLink(link_at="pagination_data.next_url", more_at="pagination_data.has_more", records_at="data")
_HUNDRED = (("items_per_page", "100"),)
_SURVEYS = Paged(path="/surveys", records_at="data", pager=_LINK, params=_HUNDRED)
# Newest first: the vendor's `start` is the upper bound (it is the page cursor) and `end` the lower one. Which side is
# inclusive is not documented, and a half-given response grows for days: seven days of looking back cover both.
_WINDOW = WindowParams(from_param="end", until_param="start", lookback=timedelta(days=7))
_ATTRIBUTES = ListedParam(param="attributes[]", knob="attributes", default="email,user_id")

SURVEYS = Stream(
    name="surveys",
    reading=_SURVEYS,
    primary_key=("survey_id",),
    columns=(
        Column(name="survey_id", at="id", required=True),
        Column(name="name", required=True),
        Column(name="type"),
        Column(name="is_enabled", at="enabled", type="boolean"),
        Column(name="created_at", type="timestamp"),
    ),
)
QUESTIONS = Stream(
    name="questions",
    reading=PerParent(
        parents=Parents(listing=_SURVEYS),
        known_as="survey_id",
        listing=Paged(path="/surveys/{parent}/questions", records_at="data", pager=_LINK, params=_HUNDRED),
    ),
    rows_of=question_rows,
    primary_key=("survey_id", "question_id"),
    columns=(
        Column(name="survey_id", required=True),
        Column(name="question_id", at="id", type="int64", required=True),
        Column(name="question_type", at="type", required=True),
        Column(name="question"),
        Column(name="introduction"),
        Column(name="answer_choices", type="json"),
    ),
)
RESPONSES = Stream(
    name="responses",
    reading=PerParent(
        parents=Parents(listing=_SURVEYS),
        known_as="survey_id",
        listing=Paged(path="/surveys/{parent}/responses", records_at="data", pager=_LINK, params=_HUNDRED, asked=(_WINDOW, _ATTRIBUTES)),
    ),
    rows_of=answer_rows,
    kept_under=("response", "answers"),
    primary_key=("response_uuid", "question_id"),
    version_column="collected_at",
    scale_from="survey_questions",
    columns=(
        Column(name="response_uuid", required=True, personal="indirect"),
        Column(name="survey_id", required=True),
        Column(name="collected_at", type="timestamp", required=True),
        Column(name="url", personal="indirect"),
        Column(name="device_type"),
        Column(name="operating_system"),
        Column(name="language"),
        Column(name="platform"),
        Column(name="respondent_uuid", personal="indirect"),
        Column(name="email", personal="direct", description="the respondent attribute `email`"),
        Column(name="user_id", personal="indirect", description="the respondent attribute `user_id`: the company's own id"),
        Column(name="question_id", type="int64", description="null where a response holds no answer"),
        Column(name="question_type"),
        Column(name="score", type="float64", description="content of an nps answer, rating of the others"),
        Column(name="content", personal="free_text", description="the answer's text or chosen label(s)"),
        Column(name="tag"),
        Column(name="comment", personal="free_text"),
        Column(name="answer", type="json", personal="free_text", description="the answer as the vendor wrote it"),
    ),
)
RESPONDENT_ATTRIBUTES = Stream(
    name="respondent_attributes",
    primary_key=("response_uuid", "name"),
    version_column="collected_at",
    pages_of="responses",
    rows_of=attribute_rows,
    columns=(
        Column(name="response_uuid", required=True, personal="indirect"),
        Column(name="respondent_uuid", required=True, personal="indirect"),
        Column(name="collected_at", type="timestamp", required=True),
        Column(name="name", required=True),
        Column(name="value", personal="direct"),
    ),
)

SURVICATE = Source(
    name="survicate",
    base_url="https://data-api.survicate.com/v2",
    parallel_tasks=4,
    manners=Manners(
        proof=KeyHeader("Basic"),  # followed by the raw key, not by base64 of user and password
        rates=(Rate(250, 60.0),),  # of the 1,000 a minute that the four tasks share
        permissions=(Permission("/", "access to the Data Export API, which is a matter of the plan"),),
    ),
    description="surveys on site, in product and by e-mail",
    streams=(SURVEYS, QUESTIONS, RESPONSES, RESPONDENT_ATTRIBUTES),
)
