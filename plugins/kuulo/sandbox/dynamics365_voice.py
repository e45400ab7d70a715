"""What customers told Dynamics: ratings of their cases, answers to its Customer Voice survey, and the invites to that."""

from datetime import datetime, timedelta
from random import Random

from kuulo.sandbox.company_activity import SurveyInvite, VendorAnswer
from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.drawn_id import drawn_id
from kuulo.sandbox.dynamics365_support import SYSTEM, fixed_id
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.scores import comment_on, score_on

SURVEY = fixed_id("surveys", "after_service")
NPS_QUESTION, CSAT_QUESTION, CES_QUESTION, TEXT_QUESTION = (
    fixed_id("questions", name) for name in ("recommend", "satisfied", "easy", "remarks")
)
_RESPONSES_A_CUSTOMER, _INVITES_A_CUSTOMER = 0.15, 0.25
_ASKED = (("response_metrics", "msfp_npsscore", "nps", "0-10"), ("question_responses", CSAT_QUESTION, "csat", "1-5"),
          ("question_responses", CES_QUESTION, "ces", "1-7"))  # fmt: skip
_RATED_CHANNELS = {"phone": "phone", "email": "email"}


def _ratings(rng: Random, contacts: list[SupportContact]) -> list[VendorAnswer]:
    """What some customers made of their closed cases, one of them a number that the scale does not have."""
    ratings, rated = [], set[str]()
    for contact in contacts:
        at, case_id = contact.resolved_at, contact.case_id
        if not at or not case_id or case_id in rated or contact.is_refused or contact.archived_at or contact.reopen_count is None:
            continue
        rated.add(case_id)
        if rng.random() < 0.5:
            score = score_on(rng, "1-5", contact.person, at) if contact.person else rng.randrange(1, 6)
            ratings.append(VendorAnswer(
                source=SYSTEM, stream=f"{SYSTEM}/case_ratings", survey_id="case_satisfaction", question_id="value", response_id=case_id,
                metric="csat", scale="1-5", score=score, person=contact.person, at=at, value=score, contact_id=case_id,
                channel=_RATED_CHANNELS.get(contact.channel, "web"),
            ))  # fmt: skip
    for spoilt in ratings[2:3]:
        spoilt.value, spoilt.score, spoilt.is_refused = 6, None, True
    return ratings


def _response(rng: Random, person: Person, at: datetime, channel: str, *, is_anonymous: bool = False) -> list[VendorAnswer]:
    """The answers of one response; each question is left out now and then."""
    response_id, answers = drawn_id(rng), []
    for stream, question_id, metric, scale in _ASKED:
        if metric != "nps" and rng.random() < 0.1:
            continue
        score = score_on(rng, scale, person, at)
        answers.append(VendorAnswer(
            source=SYSTEM, stream=f"{SYSTEM}/{stream}", survey_id=SURVEY, question_id=question_id, response_id=response_id, metric=metric,
            scale=scale, score=score, person=None if is_anonymous else person, at=at, channel=channel, value=score,
            comment=comment_on(rng, scale, score) if metric == "nps" and rng.random() < 0.3 else None, language=person.language,
        ))  # fmt: skip
    return answers


def _spoil(answers: list[VendorAnswer]) -> None:
    """An impossible recommendation, and a rating that is no number."""
    for metric, value in (("nps", 11), ("csat", "very")):
        for spoilt in [answer for answer in answers if answer.metric == metric and answer.person][1:2]:
            spoilt.value, spoilt.score, spoilt.is_refused = value, None, True


def generate_voice(
    seed: int, people: list[Person], customers: int, contacts: list[SupportContact]
) -> tuple[list[VendorAnswer], list[SurveyInvite]]:
    """All answers, ratings first, and all invites, of which some never arrived."""
    rng = Random(f"{seed}:{SYSTEM} voice")
    known = [person for person in people if SYSTEM in person.known_as]
    crowd, invites, answers = Crowd(known), list[SurveyInvite](), list[VendorAnswer]()
    for _ in range(round(_INVITES_A_CUSTOMER * customers)):
        person, at = crowd.meeting(rng)
        channel, delivered = "sms" if rng.random() < 0.15 else "email", rng.random() < 0.95
        invite = SurveyInvite(drawn_id(rng), SURVEY, person, None, None, channel, at, delivered)
        back = at + timedelta(seconds=rng.randrange(600, 5 * 86_400))
        if delivered and rng.random() < 0.35 and back < AS_OF - timedelta(hours=1):
            given = _response(rng, person, back, channel)
            answers += given
            invite.responded_at, invite.response_id = back, given[0].response_id
        invites.append(invite)
    for _ in range(round(_RESPONSES_A_CUSTOMER * customers)):
        person, at = crowd.meeting(rng)
        answers += _response(rng, person, max(at, HISTORY_START), "unknown", is_anonymous=rng.random() < 0.2)
    _spoil(answers)
    own = [contact for contact in contacts if contact.system == SYSTEM]
    return [*_ratings(rng, own), *answers], invites
