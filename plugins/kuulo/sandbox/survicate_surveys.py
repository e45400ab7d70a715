"""The three Survicate surveys of the company and the responses to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from kuulo.sandbox.company_records import GivenAnswer, Person, SurveyResponse
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.drawn_id import drawn_id
from kuulo.sandbox.history import HISTORY_START
from kuulo.sandbox.people import as_typed, choose
from kuulo.sandbox.scores import comment_on, score_on

PLATFORMS = {"web": 0.5, "mobile": 0.3, "email": 0.2}
_FACES = {1: "Very sad", 2: "Sad", 3: "Neutral", 4: "Happy", 5: "Very happy"}
_MATTERS = {1: "Billing", 2: "Delivery", 3: "The lamp itself", 4: "The app"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a survey; `metric` and `scale` are empty where it is not mapped to a metric."""

    question_id: int
    question_type: str
    text: str
    metric: str = ""
    scale: str = ""
    choices: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey; `a_customer` is how many responses a customer gives to it over the history, on average."""

    survey_id: str
    name: str
    a_customer: float
    questions: tuple[Question, ...]


SURVEYS = (
    Survey("svy_relationship", "How are we doing?", 2.35, (
        Question(1101, "nps", "How likely are you to recommend Kajo Lamps?", "nps", "0-10"),
        Question(1102, "text", "What is the main reason for your score?"),
        Question(1103, "smiley_scale", "How does your light make you feel?", choices=tuple(_FACES.items())),
    )),
    Survey("svy_support", "After our help", 2.1, (
        Question(1201, "rating", "How satisfied are you with the help you got?", "csat", "1-5"),
        Question(1202, "rating", "Kajo made it easy for me to handle my issue", "ces", "1-7"),
        Question(1203, "multiple", "What was it about?", choices=tuple(_MATTERS.items())),
        Question(1204, "text", "Anything else?"),
    )),
    Survey("svy_loyalty", "Staying with us", 0.75, (
        Question(1301, "nps", "Would you recommend Kajo Lamps?", "cli_recommend", "0-10"),
        Question(1302, "rating", "Would you subscribe again?", "cli_repurchase", "0-10"),
        Question(1303, "rating", "Would you try our other products?", "cli_try_other", "0-10"),
        Question(1304, "text", "What else should we make?"),
    )),
)  # fmt: skip


def _nps(rng: Random, question: Question, score: int) -> dict[str, Any]:
    return {"content": str(score), "tag": "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"}


def _rating(rng: Random, question: Question, score: int) -> dict[str, Any]:
    return {"id": score, "content": str(score), "rating": score}


def _smiley(rng: Random, question: Question, score: int) -> dict[str, Any]:
    face = rng.randrange(1, 6)
    return {"id": face, "content": _FACES[face], "rating": face, "comment": None if rng.random() < 0.8 else comment_on(rng, "1-5", face)}


def _text(rng: Random, question: Question, score: int) -> str:
    return comment_on(rng, "0-10", score)


def _several(rng: Random, question: Question, score: int) -> list[dict[str, Any]]:
    chosen = rng.sample(sorted(_MATTERS), rng.randrange(1, 3))
    return [{"id": choice, "content": _MATTERS[choice]} for choice in sorted(chosen)]


_PAYLOADS: dict[str, Callable[[Random, Question, int], Any]] = {
    "nps": _nps, "rating": _rating, "smiley_scale": _smiley, "text": _text, "multiple": _several,
}  # fmt: skip
_CANNOT_SAY = {"id": 0, "content": "I cannot say", "rating": None}


def _answer(rng: Random, question: Question, person: Person, at: datetime) -> GivenAnswer:
    score = score_on(rng, question.scale or "0-10", person, at)
    if question.question_type == "rating" and rng.random() < 0.03:
        return GivenAnswer(question.question_id, question.question_type, question.metric, None, dict(_CANNOT_SAY))
    payload = _PAYLOADS[question.question_type](rng, question, score)
    valid = score if question.metric else None
    return GivenAnswer(question.question_id, question.question_type, question.metric or None, valid, payload)


def _answers(rng: Random, survey: Survey, person: Person, at: datetime) -> list[GivenAnswer]:
    """The answers given: now and then a customer's visit ends early, or at once; free text is often passed over."""
    stays = rng.random() < 0.88 or not person.customer_ids
    asked = len(survey.questions) if stays else rng.randrange(len(survey.questions))
    passed_over = {question for question in survey.questions if question.question_type == "text" and rng.random() < 0.6}
    return [_answer(rng, question, person, at) for question in survey.questions[:asked] if question not in passed_over]


def _attributes(rng: Random, person: Person) -> dict[str, str]:
    """What the page told Survicate of its visitor: both keys, one, or none; an anonymous visit keeps the plan only."""
    wanted = choose(rng, {"email user_id": 0.6, "email": 0.14, "user_id": 0.12, "": 0.14})
    known: dict[str, str] = {}
    if "email" in wanted and person.emails:
        known["email"] = as_typed(rng, rng.choice(person.emails))
    if "user_id" in wanted and person.customer_ids:
        known["user_id"] = rng.choice(person.customer_ids)
    return known


def _response(rng: Random, survey: Survey, person: Person, at: datetime, attributes: dict[str, str]) -> SurveyResponse:
    return SurveyResponse(
        uuid=drawn_id(rng),
        survey_id=survey.survey_id,
        respondent_uuid=drawn_id(rng),
        collected_at=at,
        person=person if attributes else None,
        attributes={**attributes, "plan": rng.choice(("paid", "trial"))},
        platform=choose(rng, PLATFORMS),
        language=person.language,
        answers=_answers(rng, survey, person, at),
    )


def generate_responses(seed: int, people: list[Person], customers: int) -> list[SurveyResponse]:
    """All responses, oldest first within a survey; no two of a survey are collected in the same microsecond."""
    rng = Random(f"{seed}:survicate")
    visitors = [person for person in people if not person.customer_ids and not person.crm]
    crowd = Crowd([person for person in people if person.customer_ids or person.crm])
    responses: list[SurveyResponse] = []
    for survey in SURVEYS:
        met = [crowd.meeting(rng) for _ in range(round(survey.a_customer * customers))]
        met += [(visitor, max(visitor.created_at, HISTORY_START)) for visitor in visitors if survey is SURVEYS[0]]
        at_last = HISTORY_START - timedelta(microseconds=1)
        for person, second in sorted(met, key=lambda meeting: (meeting[1], meeting[0].number)):
            microseconds = rng.randrange(1_000_000) if second > HISTORY_START else 0
            at = max(second + timedelta(microseconds=microseconds), at_last + timedelta(microseconds=1))
            is_visitor = not person.customer_ids and not person.crm
            attributes = {"email": person.emails[0]} if is_visitor else _attributes(rng, person)
            responses.append(_response(rng, survey, person, at, attributes))
            at_last = at
    return responses
