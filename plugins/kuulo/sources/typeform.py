"""Typeform: the answers to every form, one row an answer.

Vendor page: https://www.typeform.com/developers/responses/. The EU's host is another: name it in the connection. Forms are read
only to know which there are; what a question measures is declared in the seed survey_questions by form id and field id.
"""

from datetime import timedelta

from kuulo.sources.manners import Manners, Permission, Rate
from kuulo.sources.reading import Paged, Parents, PerParent
from kuulo.sources.request_params import WindowParams
from kuulo.sources.source import Column, Source, Stream
from kuulo.sources.typeform_reading import PageNumber, TokenBefore
from kuulo.sources.typeform_rows import answer_rows

_FORMS = Paged(path="/forms", records_at="items", pager=PageNumber(), params=(("page_size", "200"), ("page", "1")))
# Both bounds are inclusive, to the second, and a response may be half an hour late in the list.
_WINDOW = WindowParams(from_param="since", until_param="until", lookback=timedelta(hours=1), form="%Y-%m-%dT%H:%M:%SZ")

RESPONSES = Stream(
    name="responses",
    reading=PerParent(
        parents=Parents(listing=_FORMS),
        known_as="survey_id",
        listing=Paged(
            path="/forms/{parent}/responses", records_at="items", pager=TokenBefore(), params=(("page_size", "1000"),), asked=(_WINDOW,)
        ),
    ),
    rows_of=answer_rows,
    primary_key=("response_id", "question_id"),
    version_column="submitted_at",
    scale_from="survey_questions",
    columns=(
        Column(name="response_id", required=True, personal="indirect"),
        Column(name="survey_id", required=True, description="the form"),
        Column(name="question_id", description="the field's id; null where a response holds no answer"),
        Column(name="question_ref", description="the field's name in the form's own words"),
        Column(name="question_type"),
        Column(name="score", type="float64", description="of a number: nps, opinion scale, rating, number"),
        Column(name="content", personal="free_text", description="the answer's text or chosen label(s)"),
        Column(name="landed_at", type="timestamp", description="when the form was opened"),
        Column(name="submitted_at", type="timestamp", required=True),
        Column(name="email", personal="direct", description="the answer to an e-mail question, else the hidden field `email`"),
        Column(name="hidden", type="json", personal="direct", description="hidden fields, such as the company's own customer number"),
        Column(name="platform"),
    ),
)

TYPEFORM = Source(
    name="typeform",
    base_url="https://api.typeform.com",
    manners=Manners(
        rates=(Rate(2, 1.0),),
        permissions=(
            Permission("/responses", "the scope responses:read"),
            Permission("/forms", "the scope forms:read"),
        ),
    ),
    description="forms and surveys made with Typeform",
    streams=(RESPONSES,),
)
