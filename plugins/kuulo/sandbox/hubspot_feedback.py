"""HubSpot's own surveys: feedback submissions by people that the CRM knows, some under ids that were merged away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from kuulo.sandbox.company_records import FeedbackSubmission, Person
from kuulo.sandbox.crowd import Crowd
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.people import choose
from kuulo.sandbox.scores import comment_on, score_on


@dataclass(frozen=True, slots=True)
class FeedbackSurvey:
    """A feedback survey; `a_customer` is how many submissions a customer gives over the history, on average."""

    survey_id: str
    name: str
    metric: str
    scale: str
    a_customer: float


FEEDBACK_SURVEYS = (
    FeedbackSurvey("501", "Customer loyalty", "nps", "0-10", 0.85),
    FeedbackSurvey("502", "Satisfaction after a closed case", "csat", "1-5", 0.75),
    FeedbackSurvey("503", "Effort after a closed case", "ces", "1-7", 0.45),
)
CHANNELS = {"EMAIL": 0.6, "CHAT": 0.25, "WEB": 0.15}
_SUBMISSION_IDS = 800_001


def _contact_of(rng: Random, person: Person) -> str:
    """The contact that the submission names: a live one, an archived one, or an id that has since been merged away."""
    contact = rng.choice(person.crm)
    return rng.choice((contact.contact_id, *contact.merged_ids))


def _submission(rng: Random, survey: FeedbackSurvey, number: int, person: Person, at: datetime) -> FeedbackSubmission:
    score = score_on(rng, survey.scale, person, at)
    is_anonymous = rng.random() < 0.08
    return FeedbackSubmission(
        submission_id=str(number),
        survey_id=survey.survey_id,
        metric=survey.metric,
        value=f"{score}.0" if rng.random() < 0.1 else str(score),
        score=score,
        person=None if is_anonymous else person,
        contact_id=None if is_anonymous else _contact_of(rng, person),
        channel=choose(rng, CHANNELS),
        submitted_at=at,
        updated_at=min(at + timedelta(milliseconds=rng.randrange(1, 600_000)), AS_OF - timedelta(milliseconds=1)),
        comment=comment_on(rng, survey.scale, score) if rng.random() < 0.35 else None,
    )


def generate_feedback(seed: int, people: list[Person], customers: int) -> list[FeedbackSubmission]:
    """All submissions, oldest first within a survey; some leave the score out."""
    rng = Random(f"{seed}:feedback")
    crowd = Crowd([person for person in people if person.crm])
    submissions: list[FeedbackSubmission] = []
    for survey in FEEDBACK_SURVEYS:
        meetings = sorted(
            (crowd.meeting(rng) for _ in range(round(survey.a_customer * customers))), key=lambda met: (met[1], met[0].number)
        )
        for person, at in meetings:
            submission = _submission(rng, survey, _SUBMISSION_IDS + len(submissions), person, at)
            if rng.random() < 0.01:
                submission.value = submission.score = None
            submissions.append(submission)
    return submissions
