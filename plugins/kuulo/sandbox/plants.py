"""What is planted on purpose: values that must end in quarantine, and contacts on the very edge of the repeat window."""

from datetime import datetime, timedelta
from random import Random

from kuulo.sandbox.company_activity import SurveyInvite, UsageEvent
from kuulo.sandbox.company_records import FeedbackSubmission, Person, Subscription, SupportContact, SurveyResponse
from kuulo.sandbox.history import AS_OF, first_instant
from kuulo.sandbox.support import SupportDesk

WEEK = timedelta(hours=168)
# By question: the answer as the vendor would write it, outside its scale or no number at all.
_SPOILT_ANSWERS = (
    (1101, {"content": "11", "tag": "promoter"}),
    (1101, {"content": "ten", "tag": "promoter"}),
    (1201, {"id": 6, "content": "6", "rating": 6}),
    (1302, {"id": 12, "content": "12", "rating": 12}),
)
_SPOILT_VALUES = (("501", "11"), ("502", "0"), ("503", "8"), ("501", "great"))


def spoil_responses(responses: list[SurveyResponse]) -> None:
    """Give some answers values that no scale has; the rest of each response stays good."""
    taken: set[str] = set()
    for question_id, payload in _SPOILT_ANSWERS:
        response, answer = next(
            (response, answer)
            for response in responses
            for answer in response.answers
            if response.person and response.person.customer_ids and response.uuid not in taken
            if answer.question_id == question_id and answer.score is not None
        )
        taken.add(response.uuid)
        answer.payload, answer.score, answer.is_refused = payload, None, True


def spoil_feedback(submissions: list[FeedbackSubmission]) -> None:
    """Give some submissions impossible values, and one no time."""
    good = [submission for submission in submissions if submission.score is not None and submission.person]
    for survey_id, value in _SPOILT_VALUES:
        spoilt = next(s for s in good if s.survey_id == survey_id and not s.is_refused)
        spoilt.value, spoilt.score, spoilt.is_refused = value, None, True
    timeless = good[-1]
    timeless.submitted_at, timeless.score, timeless.is_refused = None, None, True


def spoil_rows(contacts: list[SupportContact], usage: list[UsageEvent], invites: list[SurveyInvite]) -> None:
    """Rows whose time is missing or unreadable: two calls, a chat, a ticket, two events of the export and of the database, an invite."""
    for system, wanted in (("phone", 2), ("chat", 1), ("ticket", 1)):
        known = [c for c in contacts if c.system == system and c.person and c.person.customer_ids and not c.archived_at]
        for contact in known[5 : 5 + wanted]:
            contact.is_refused = True
    for events in ([e for e in usage if e.is_in_database], [e for e in usage if not e.is_in_database]):
        for event in events[3:5]:
            event.is_refused = True
    next(invite for invite in invites if not invite.responded_at).is_refused = True


def _plant(desk: SupportDesk, way: str, person: Person, at: datetime, topic: str = "installation") -> SupportContact:
    contact = desk.take(way, person, at, topic, desk.new_case(), exact=True)
    contact.person, contact.direction = person, "inbound"
    contact.is_abandoned, contact.is_resolved, contact.reopen_count = False, True, 0
    contact.wait_seconds, contact.resolved_at = contact.wait_seconds or 0, contact.ended_at or at
    if person.customer_ids:
        contact.customer_id = person.customer_ids[0]
    return contact


def plant_edges(seed: int, desk: SupportDesk, people: list[Person]) -> None:
    """Pairs of calls on both sides of the window's edge, in one second, over a clock change; reopened, and still young."""
    rng = Random(f"{seed}:edges")
    start = first_instant(2026, 3) + timedelta(days=23, hours=9, minutes=30)  # the week that summer time begins in
    chosen = rng.sample([p for p in people if p.customer_ids and p.emails and p.created_at < start], 7)
    exact, late, same, bot, reopened, returned, young = chosen
    for person, gap in ((exact, WEEK), (late, WEEK + timedelta(seconds=1))):
        _plant(desk, "phone", person, start)
        _plant(desk, "phone", person, start + gap)
    desk.twin(_plant(desk, "phone", same, start))
    unsolved = _plant(desk, "bot", bot, start)
    unsolved.is_resolved, unsolved.resolved_at, unsolved.wait_seconds = False, None, None
    _plant(desk, "chat", bot, start + timedelta(minutes=4))
    _plant(desk, "phone", reopened, start).reopen_count = 2
    _plant(desk, "phone", returned, start, "hardware_return")
    _plant(desk, "phone", young, AS_OF - WEEK)
    _plant(desk, "chat", young, AS_OF - WEEK + timedelta(seconds=1), "billing")


def spoil_subscription(subscriptions: list[Subscription]) -> Subscription:
    """A row of the billing export whose price cannot be read; it repeats no number that is good."""
    pattern = subscriptions[0]
    return Subscription("S-999999", pattern.person, pattern.customer_id, "Glow", 0, pattern.started_at)
