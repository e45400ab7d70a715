"""Zendesk's two ways of rating: the legacy CSAT (good or bad) and the newer surveys, of which an account uses one at a time.

Vendor pages: https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/ and
https://developer.zendesk.com/api-reference/ticketing/ticket-management/csat_survey_responses/. What a start is compared with
(offering or answering) and where the newer list stands are knobs of the connection: `rated_within_days`, `survey_responses_path`.
"""

from kuulo.sources.reading import Paged
from kuulo.sources.source import Column, Stream
from kuulo.sources.zendesk_reading import MoreCursor, OnSomePlans, Since
from kuulo.sources.zendesk_rows import rating_rows, response_rows

_BASE = "/api/v2"
_HUNDRED = ("page[size]", "100")
# A ticket is closed at the latest 28 days after it was solved, and cannot be rated afterwards.
_RATED_WITHIN_DAYS = 28

SATISFACTION_RATINGS = Stream(
    name="satisfaction_ratings",
    reading=OnSomePlans(
        Paged(
            path=f"{_BASE}/satisfaction_ratings.json",
            records_at="satisfaction_ratings",
            pager=MoreCursor(),
            params=(_HUNDRED,),
            asked=(Since(param="start_time", knob="rated_within_days", days=_RATED_WITHIN_DAYS),),
        )
    ),
    rows_of=rating_rows,
    primary_key=("rating_id",),
    version_column="updated_at",
    scale_from="survey_questions",
    columns=(
        Column(name="rating_id", at="id", required=True, personal="indirect"),
        Column(name="survey_id", required=True, description="always `satisfaction_rating`: the legacy CSAT is one survey"),
        Column(name="question_id", description="always `value`"),
        Column(name="ticket_id", personal="indirect"),
        Column(name="requester_id", personal="indirect"),
        Column(name="assignee_id", personal="indirect"),
        Column(name="group_id"),
        Column(name="word", required=True, description="offered, unoffered, good or bad"),
        Column(name="score", type="float64", description="1 good, 0 bad, null where it was not answered"),
        Column(name="comment", personal="free_text"),
        Column(name="reason", personal="free_text"),
        Column(name="reason_code", type="int64"),
        Column(name="created_at", type="timestamp", required=True),
        Column(name="updated_at", type="timestamp", required=True),
    ),
)
CSAT_SURVEY_RESPONSES = Stream(
    name="csat_survey_responses",
    reading=OnSomePlans(
        Paged(
            path="{survey_responses_path}",
            knobs=(("survey_responses_path", f"{_BASE}/guide/survey_responses"),),
            records_at="survey_responses",
            pager=MoreCursor(),
            params=(_HUNDRED, ("sort", "id")),
            asked=(Since(param="filter[created_at_start]", knob="rated_within_days", days=_RATED_WITHIN_DAYS, milliseconds=True),),
        )
    ),
    rows_of=response_rows,
    primary_key=("response_id", "question_id"),
    version_column="updated_at",
    scale_from="survey_questions",
    columns=(
        Column(name="response_id", at="id", required=True, personal="indirect"),
        Column(name="survey_id", required=True),
        Column(name="survey_version", type="int64"),
        Column(name="question_id", description="null where a response holds no answer"),
        Column(name="question_type"),
        Column(name="question_sub_type", description="customer_satisfaction or other"),
        Column(name="answer_type", description="rating_scale, open_ended, closed_ended or skipped"),
        Column(name="score", type="float64", description="the rating, on the scale that the seed names for the question"),
        Column(name="rating_category", description="good, neutral or bad, as the vendor sees it"),
        Column(name="comment", personal="free_text", description="an open answer; beside a rating the response's first open answer"),
        Column(name="selections", type="json"),
        Column(name="ticket_id", personal="indirect"),
        Column(name="responder_id", personal="indirect"),
        Column(name="offered_at", type="timestamp", description="read from the response's id, which begins with the time"),
        Column(name="expires_at", type="timestamp"),
        Column(name="answered_at", type="timestamp"),
        Column(name="updated_at", type="timestamp"),
    ),
)
