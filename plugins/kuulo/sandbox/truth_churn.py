"""The truth of churn: each customer at each month's boundaries, and what moved between them. Money in cents."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, Subscription
from kuulo.sandbox.history import AS_OF, months_between, next_month
from kuulo.sandbox.truth_figures import Figure, Key


@dataclass(slots=True)
class Ladder:
    """What happened to the customers of a cut in one month; amounts in cents, losses as positive numbers."""

    opening_customers: int = 0
    new_customers: int = 0
    reactivated_customers: int = 0
    churned_customers: int = 0
    churned_voluntary: int = 0
    churned_involuntary: int = 0
    closing_customers: int = 0
    opening_mrr: int = 0
    new_mrr: int = 0
    expansion_mrr: int = 0
    reactivation_mrr: int = 0
    contraction_mrr: int = 0
    churned_mrr: int = 0
    closing_mrr: int = 0

    def add(self, other: "Ladder") -> None:
        """Take in what happened to somebody else in the same month."""
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))

    def in_currency(self) -> dict[str, float]:
        """The columns of churn_by_month, amounts in whole units of the currency."""
        return {name: number / 100 if name.endswith("_mrr") else number for name, number in asdict(self).items()}


def _active(mine: list[Subscription], at: datetime) -> list[Subscription]:
    return [s for s in mine if s.started_at < at and (s.ended_at is None or s.ended_at >= at)]


def _mrr(active: list[Subscription]) -> int:
    return sum(subscription.mrr_cents for subscription in active)


def _came(mine: list[Subscription], month: datetime, closing: int) -> Ladder:
    """New unless a subscription had started before the month: then a return."""
    if any(subscription.started_at < month for subscription in mine):
        return Ladder(reactivated_customers=1, reactivation_mrr=closing)
    return Ladder(new_customers=1, new_mrr=closing)


def _went(mine: list[Subscription], until: datetime, opening: int) -> Ladder:
    ended = [subscription for subscription in mine if subscription.ended_at and subscription.ended_at <= until]
    last = max(ended, key=lambda subscription: (subscription.ended_at, subscription.subscription_id))
    against_will = int(last.cancel_kind == "involuntary")
    return Ladder(churned_customers=1, churned_mrr=opening, churned_involuntary=against_will, churned_voluntary=1 - against_will)


def ladder_of(mine: list[Subscription], month: datetime, as_of: datetime) -> Ladder:
    """One customer in one month; the month that as_of falls into is cut there."""
    until = min(next_month(month), as_of)
    before, after = _active(mine, month), _active(mine, until)
    opening, closing = _mrr(before), _mrr(after)
    if not before and not after:
        return Ladder()
    if not before:
        moved = _came(mine, month, closing)
    elif not after:
        moved = _went(mine, until, opening)
    else:
        moved = Ladder(expansion_mrr=max(0, closing - opening), contraction_mrr=max(0, opening - closing))
    moved.opening_customers, moved.closing_customers = int(bool(before)), int(bool(after))
    moved.opening_mrr, moved.closing_mrr = opening, closing
    return moved


def _by_person(company: Company) -> Iterator[tuple[Person, list[Subscription]]]:
    found: dict[int, tuple[Person, list[Subscription]]] = {}
    for subscription in company.subscriptions:
        found.setdefault(subscription.person.number, (subscription.person, []))[1].append(subscription)
    yield from found.values()


def churn_ladders(company: Company, as_of: datetime = AS_OF) -> dict[tuple[datetime, str, str], Ladder]:
    """The ladder of every month from the first subscription's to the last before as_of, in all and by segment."""
    months = months_between(min(subscription.started_at for subscription in company.subscriptions), as_of)
    ladders = {(month, "all", "all"): Ladder() for month in months}
    for person, mine in _by_person(company):
        for month in months:
            moved = ladder_of(mine, month, as_of)
            ladders[month, "all", "all"].add(moved)
            ladders.setdefault((month, "segment", person.known_segment), Ladder()).add(moved)
    return ladders


def _rates(ladder: Ladder) -> dict[str, tuple[int, int]]:
    gross = ladder.churned_mrr + ladder.contraction_mrr
    return {
        "logo_churn_rate": (ladder.churned_customers, ladder.opening_customers),
        "gross_mrr_churn_rate": (gross, ladder.opening_mrr),
        "net_mrr_churn_rate": (gross - ladder.expansion_mrr - ladder.reactivation_mrr, ladder.opening_mrr),
    }


def churn_figures(ladders: dict[tuple[datetime, str, str], Ladder]) -> dict[Key, Figure]:
    """The three rates by month, where there was anything at the month's opening."""
    found: dict[Key, Figure] = {}
    for (month, dimension, value), ladder in ladders.items():
        for metric, (above, below) in _rates(ladder).items():
            unit = 100 if metric.endswith("mrr_churn_rate") else 1
            if below:
                figure = Figure(above / below, ladder.opening_customers, above / unit, below / unit)
                found[Key(metric, "month", month.date(), dimension, value)] = figure
    return found
