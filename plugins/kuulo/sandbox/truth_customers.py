"""The truth of a customer on one line: ninety days of contacts, use, last answers, and the signs of leaving."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.truth_follow_ups import by_person, follow_ups, lines_of_answers, mrr_cents, needs_answer
from kuulo.sandbox.truth_support import counted_contacts, fcr_status, is_outbound
from kuulo.sandbox.truth_surveys import ScoredAnswer, scored_answers

_SIGNS = {"nps": "detractor", "csat": "dissatisfied", "ces": "high_effort"}
_PERIOD = timedelta(days=30)


def _contacts_in_90_days(contacts: list[SupportContact], verdicts: dict[str, str]) -> dict[str, Any]:
    recent = [contact for contact in contacts if contact.opened_at >= AS_OF - timedelta(days=90)]
    verdict = Counter(verdicts[contact.contact_id] for contact in recent)
    return {
        "contacts_in_90_days": len(recent),
        "repeats_in_90_days": verdict["repeat"],
        "unresolved_in_90_days": verdict["unresolved"],
        "outbound_in_90_days": sum(is_outbound(contact) for contact in recent),
        "abandoned_in_90_days": sum(contact.is_abandoned for contact in recent),
    }


def _use(company: Company) -> tuple[Counter[str], Counter[str]]:
    """Events of the last thirty days, and of the thirty before, by customer number."""
    known = [event for event in company.usage if not event.is_refused]
    recent = Counter(event.customer_id for event in known if event.occurred_at >= AS_OF - _PERIOD)
    before = Counter(event.customer_id for event in known if AS_OF - 2 * _PERIOD <= event.occurred_at < AS_OF - _PERIOD)
    return recent, before


def _is_sign(last: ScoredAnswer | None) -> bool:
    return last is not None and needs_answer(last) and last.at >= AS_OF - timedelta(days=180)


def _signs(line: dict[str, Any], last: dict[str, ScoredAnswer], was_paid: int, is_paid: int) -> list[str]:
    use, before = line["usage_events"], line["usage_events_before"]
    signs = {
        **{sign: _is_sign(last.get(metric)) for metric, sign in _SIGNS.items()},
        "overdue_follow_up": line["overdue_follow_ups"] > 0,
        "repeat_contacts": line["repeats_in_90_days"] >= 2,
        "unresolved_contacts": line["unresolved_in_90_days"] > 0,
        "usage_drop": before >= 5 and use * 2 <= before,
        "downgrade": is_paid < was_paid,
    }
    return [sign for sign, is_there in signs.items() if is_there]


def customer_lines(company: Company, people: Iterable[Person]) -> list[dict[str, Any]]:
    """Columns of customer_360 of each of the people; amounts in cents."""
    contacts, lines = by_person(counted_contacts(company)), lines_of_answers(scored_answers(company))
    verdicts, subscriptions = fcr_status(counted_contacts(company)), by_person(company.subscriptions)
    cases = Counter((case.person.number, case.status) for case in follow_ups(company) if case.person)
    recent, before = _use(company)
    found = []
    for person in people:
        mine, number = subscriptions.get(person.number, []), person.number
        last = {metric: lines[number, metric][-1] for metric in _SIGNS if (number, metric) in lines}
        paid: dict[datetime, int] = {at: mrr_cents(mine, at) for at in (AS_OF, AS_OF - timedelta(days=90))}
        line = {
            "mrr_cents": paid[AS_OF] if mine else None,
            **{f"last_{metric}_score": last[metric].score if metric in last else None for metric in _SIGNS},
            **_contacts_in_90_days(contacts.get(number, []), verdicts),
            "open_follow_ups": sum(cases[number, status] for status in ("open", "overdue", "contacted")),
            "overdue_follow_ups": cases[number, "overdue"],
            "usage_events": sum(recent[customer_id] for customer_id in person.customer_ids),
            "usage_events_before": sum(before[customer_id] for customer_id in person.customer_ids),
        }
        has_left = mine and all(subscription.ended_at and subscription.ended_at < AS_OF for subscription in mine)
        signs = _signs(line, last, paid[AS_OF - timedelta(days=90)], paid[AS_OF])
        found.append({**line, "churn_risk_why": None if has_left or not signs else "; ".join(signs)})
    return found
