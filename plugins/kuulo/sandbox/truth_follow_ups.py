"""The truth of follow-ups: who was owed an answer, by when, whether anybody reached them, and what they said next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, Subscription, SupportContact
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.truth_support import counted_contacts, is_outbound
from kuulo.sandbox.truth_surveys import ScoredAnswer, scored_answers

_BAD = {"nps": ("0-10", 6), "csat": ("1-5", 3), "ces": ("1-7", 3)}  # the worst that needs no answer is one more
_BAD_ELSEWHERE = {"thumbs": 0}
_RULES = {"nps": "detractor", "csat": "dissatisfied", "ces": "high_effort"}
_BUSINESS_HOURS = timedelta(hours=48)
_Owned = TypeVar("_Owned", Subscription, SupportContact)
_OPENS, _CLOSES = timedelta(hours=8), timedelta(hours=17)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A response that needs an answer, as follow_ups has it."""

    person: Person | None
    metric: str
    score: float
    submitted_at: datetime
    rules: str
    owner: str
    due_at: datetime
    status: str
    first_contacted_at: datetime | None = None
    closed_at: datetime | None = None
    recovered_score: float | None = None
    mrr_at_risk: float | None = None


@dataclass(frozen=True, slots=True)
class _Reached:
    at: datetime
    solved_at: datetime | None


def needs_answer(answer: ScoredAnswer) -> bool:
    """Whether somebody must see to the answer."""
    if answer.metric not in _BAD:
        return False
    scale, worst = _BAD[answer.metric]
    return answer.score <= (worst if answer.scale == scale else _BAD_ELSEWHERE[answer.scale])


def due_after(at: datetime) -> datetime:
    """When 48 hours of Mondays to Fridays, 8 to 17 UTC, have passed."""
    left, day = _BUSINESS_HOURS, at.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        opens, closes = max(at, day + _OPENS), day + _CLOSES
        if day.weekday() < 5 and closes > opens:
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        day += timedelta(days=1)


def _reached(contact: SupportContact) -> _Reached | None:
    """When a person of the company reached the customer in a contact, if anybody did, as far as the systems tell."""
    if contact.is_abandoned or contact.is_bot:
        return None
    at = contact.opened_at if is_outbound(contact) else contact.first_reply_at
    if at is None and (contact.wait_seconds is not None or contact.talk_seconds is not None):
        at = contact.opened_at + timedelta(seconds=contact.wait_seconds or 0)
    if at is None and contact.is_resolved:
        at = contact.resolved_at or contact.opened_at
    if at is None and contact.agent_replies:
        at = contact.opened_at
    if at is None or at >= AS_OF:
        return None
    solved = _solved(contact, at) if contact.is_resolved else None
    return _Reached(at, solved if solved and solved < AS_OF else None)


def _solved(contact: SupportContact, reached_at: datetime) -> datetime:
    """When it was solved; at the end of the call where that is not told (by the telephone system) or not true (before it began)."""
    if contact.resolved_at is not None and contact.resolved_at >= contact.opened_at and contact.system != "phone":
        return max(reached_at, contact.resolved_at)
    return reached_at + timedelta(seconds=(contact.talk_seconds or 0) + (contact.hold_seconds or 0))


def mrr_cents(mine: list[Subscription], at: datetime) -> int:
    """What a customer pays a month at an instant."""
    return sum(s.mrr_cents for s in mine if s.started_at < at and (s.ended_at is None or s.ended_at >= at))


def lines_of_answers(answers: Iterable[ScoredAnswer]) -> dict[tuple[int, str], list[ScoredAnswer]]:
    """Each known person's answers of each metric in the order of time, of a response the worst."""
    worst: dict[tuple[str, str, str, str], ScoredAnswer] = {}
    for answer in sorted(answers, key=lambda answer: answer.score):
        worst.setdefault((answer.source, answer.survey_id, answer.response_id, answer.metric), answer)
    lines: dict[tuple[int, str], list[ScoredAnswer]] = {}
    for answer in sorted(worst.values(), key=lambda answer: answer.at):
        if answer.person:
            lines.setdefault((answer.person.number, answer.metric), []).append(answer)
    return lines


def by_person(owned: Iterable[_Owned]) -> dict[int, list[_Owned]]:
    """What belongs to a known person, by the person's number."""
    found: dict[int, list[_Owned]] = {}
    for one in owned:
        if one.person:
            found.setdefault(one.person.number, []).append(one)
    return found


def _bad_responses(answers: Iterable[ScoredAnswer]) -> list[list[ScoredAnswer]]:
    responses: dict[tuple[str, str, str], list[ScoredAnswer]] = {}
    for answer in answers:
        if needs_answer(answer):
            responses.setdefault((answer.source, answer.survey_id, answer.response_id), []).append(answer)
    return list(responses.values())


def _case(leading: ScoredAnswer, rules: str) -> FollowUp:
    """A case that nobody has looked at, of nobody known."""
    key_account = leading.metric == "nps" and leading.person and leading.person.known_segment == "enterprise"
    owner, due = "Key Accounts" if key_account else "Customer Care", due_after(leading.at)
    return FollowUp(leading.person, leading.metric, float(leading.score), leading.at, rules, owner, due, "anonymous")


def _seen_to(case: FollowUp, contacts: list[SupportContact], line: list[ScoredAnswer], mine: list[Subscription]) -> FollowUp:
    """The case with what became of it."""
    after = [reached for contact in contacts if (reached := _reached(contact)) and reached.at > case.submitted_at]
    first = min((reached.at for reached in after), default=None)
    closed = min((reached.solved_at for reached in after if reached.solved_at), default=None)
    untouched = "overdue" if case.due_at < AS_OF else "open"
    status = untouched if first is None else "closed" if closed else "contacted"
    nexts = [answer for answer in line if answer.at > case.submitted_at]
    recovered = float(nexts[0].score) if nexts else None
    fee = mrr_cents(mine, case.submitted_at) / 100
    return replace(case, status=status, first_contacted_at=first, closed_at=closed, recovered_score=recovered, mrr_at_risk=fee)


def follow_ups(company: Company) -> list[FollowUp]:
    """Every response with an answer that the rules of the project name."""
    answers = list(scored_answers(company))
    lines, contacts = lines_of_answers(answers), by_person(counted_contacts(company))
    subscriptions = by_person(company.subscriptions)
    found = []
    for bad in _bad_responses(answers):
        rules = "; ".join(rule for metric, rule in _RULES.items() if any(answer.metric == metric for answer in bad))
        case = _case(min(bad, key=lambda answer: list(_RULES).index(answer.metric)), rules)
        if case.person:
            number = case.person.number
            case = _seen_to(case, contacts.get(number, []), lines[number, case.metric], subscriptions.get(number, []))
        found.append(case)
    return found
