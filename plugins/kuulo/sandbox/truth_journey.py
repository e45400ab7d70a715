"""The truth of the journey: what people answered about, what they answered about next, and whether they left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Subscription
from kuulo.sandbox.history import AS_OF, months_between, next_month
from kuulo.sandbox.truth_churn import ladder_of
from kuulo.sandbox.truth_figures import month_of
from kuulo.sandbox.truth_follow_ups import by_person
from kuulo.sandbox.truth_surveys import ScoredAnswer, scored_answers

Place = tuple[str, str]
_WINDOW = timedelta(days=90)


@dataclass(slots=True)
class Passing:
    """What happened at a stage and touchpoint in a month; the columns of journey_by_month."""

    volume: int = 0
    nps_responses: int = 0
    promoters: int = 0
    detractors: int = 0
    tracked: int = 0
    with_next: int = 0
    tracked_active: int = 0
    churned_after: int = 0


def _departures(mine: list[Subscription]) -> list[datetime]:
    """When the customer left: the last end of each month that churn is counted in."""
    found = []
    for month in months_between(min(subscription.started_at for subscription in mine), AS_OF):
        if ladder_of(mine, month, AS_OF).churned_customers:
            until = min(next_month(month), AS_OF)
            found.append(max(s.ended_at for s in mine if s.ended_at and month <= s.ended_at < until))
    return found


def _is_there(mine: list[Subscription], at: datetime) -> bool:
    return any(s.started_at < at and (s.ended_at is None or s.ended_at >= at) for s in mine)


def _responses(company: Company) -> dict[tuple[str, str, str], list[ScoredAnswer]]:
    found: dict[tuple[str, str, str], list[ScoredAnswer]] = {}
    for answer in scored_answers(company):
        found.setdefault((answer.source, answer.survey_id, answer.response_id), []).append(answer)
    return found


def _follow(passing: Passing, at: datetime, steps: list[datetime], mine: list[Subscription]) -> None:
    """Look at the ninety days after a step of somebody known."""
    if at + _WINDOW >= AS_OF:
        return
    passing.tracked += 1
    passing.with_next += any(at < step <= at + _WINDOW for step in steps)
    if _is_there(mine, at):
        passing.tracked_active += 1
        passing.churned_after += any(at < left <= at + _WINDOW for left in _departures(mine))


def journey(company: Company, places: Mapping[tuple[str, str], Place]) -> dict[tuple[date, str, str], Passing]:
    """By month, stage and touchpoint; `places` has the two of each (source, survey), which ask about one place each."""
    responses, subscriptions = _responses(company), by_person(company.subscriptions)
    steps: dict[int, list[datetime]] = {}
    for answers in responses.values():
        if person := answers[0].person:
            steps.setdefault(person.number, []).append(answers[0].at)
    found: dict[tuple[date, str, str], Passing] = {}
    for (source, survey, _), answers in responses.items():
        at, person = answers[0].at, answers[0].person
        passing = found.setdefault((month_of(at), *places[source, survey]), Passing())
        passing.volume += 1
        recommends = [answer.score for answer in answers if answer.metric == "nps"]
        passing.nps_responses += len(recommends)
        passing.promoters += sum(score >= 9 for score in recommends)
        passing.detractors += sum(score <= 6 for score in recommends)
        if person:
            _follow(passing, at, steps[person.number], subscriptions.get(person.number, []))
    return found
