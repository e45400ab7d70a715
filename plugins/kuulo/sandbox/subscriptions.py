"""Who pays what and when: plans, upgrades, downgrades, departures and returns, with instants on the very edge of months."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

from kuulo.sandbox.company_records import Person, Subscription
from kuulo.sandbox.history import AS_OF, any_instant, first_instant, mood, next_month

PLANS = {"Spark": 0, "Glow": 900, "Bright": 1995, "Studio": 7900, "Workshop": 14_950, "Fleet": 49_000, "Fleet Plus": 82_050}
_LADDERS = {"consumer": ("Spark", "Glow", "Bright"), "business": ("Studio", "Workshop"), "enterprise": ("Fleet", "Fleet Plus")}
_LEAVES_A_MONTH = {"consumer": 0.034, "business": 0.018, "enterprise": 0.008}
_REASONS = {"voluntary": ("too expensive", "moved away", "prefers another make"), "involuntary": ("card expired", "payment failed")}


def _price(rng: Random, plan: str) -> int:
    """The plan's price; larger customers have it by agreement."""
    return PLANS[plan] if PLANS[plan] < 5000 else PLANS[plan] * rng.choice((90, 95, 100, 100, 110)) // 100


def _start(rng: Random, person: Person, ids: Iterator[int], at: datetime, plan: str) -> Subscription:
    return Subscription(f"S-{next(ids):06d}", person, rng.choice(person.customer_ids), plan, _price(rng, plan), at)


def _moment_in(rng: Random, month: datetime, after: datetime) -> datetime | None:
    """An instant of the month later than `after`; one in twelve is the month's first instant, where edges are judged."""
    at = month if rng.random() < 1 / 12 else any_instant(rng, month, min(next_month(month), AS_OF))
    return at if at > after else None


def _leave(rng: Random, subscription: Subscription, at: datetime) -> None:
    kind = rng.choices(("voluntary", "involuntary", None), weights=(68, 26, 6))[0]
    subscription.ended_at, subscription.cancel_kind = at, kind
    subscription.cancel_reason = rng.choice(_REASONS[kind]) if kind else None


def _change_plan(rng: Random, subscription: Subscription, ids: Iterator[int], at: datetime) -> Subscription | None:
    ladder = _LADDERS[subscription.person.group]
    step = ladder.index(subscription.plan) + rng.choice((1, 1, -1))
    if not 0 <= step < len(ladder):
        return None
    subscription.ended_at, subscription.cancel_reason = at, "plan change"
    return _start(rng, subscription.person, ids, at, ladder[step])


def _life(rng: Random, person: Person, ids: Iterator[int], started_at: datetime) -> list[Subscription]:
    """One line of subscriptions from its start until it ends or the history does."""
    line = [_start(rng, person, ids, started_at, rng.choice(_LADDERS[person.group]))]
    month = first_instant(started_at.year, started_at.month)
    while (month := next_month(month)) < AS_OF:
        at = _moment_in(rng, month, line[-1].started_at)
        if at is None:
            continue
        leaving = _LEAVES_A_MONTH[person.group] * (1.6 - person.goodwill) - 0.12 * min(0.0, mood(at))
        if rng.random() < leaving:
            _leave(rng, line[-1], at)
            return line
        if rng.random() < 0.02 and (changed := _change_plan(rng, line[-1], ids, at)):
            line.append(changed)
    return line


def _lives(rng: Random, person: Person, ids: Iterator[int]) -> list[Subscription]:
    """All of a person's subscriptions: a first line, perhaps a return, perhaps a second line beside it."""
    if rng.random() < 0.015:
        return _short_visit(rng, person, ids)
    edge = first_instant(person.created_at.year, person.created_at.month)
    all_of_them = _life(rng, person, ids, edge if person.number % 50 == 7 else person.created_at)
    if rng.random() < 0.08:
        started = person.created_at + timedelta(days=rng.randrange(20, 200), seconds=rng.randrange(86_400))
        all_of_them += _life(rng, person, ids, started) if started < AS_OF else []
    last = max((s.ended_at or AS_OF for s in all_of_them), default=AS_OF)
    if last < AS_OF - timedelta(days=60) and rng.random() < 0.25:
        all_of_them += _life(rng, person, ids, last + timedelta(days=rng.randrange(10, 59), seconds=rng.randrange(86_400)))
    return all_of_them


def _short_visit(rng: Random, person: Person, ids: Iterator[int]) -> list[Subscription]:
    """Joins and leaves inside one month: shows at no month's boundary, and makes a later return a reactivation."""
    month = first_instant(person.created_at.year, person.created_at.month)
    started = max(person.created_at, month + timedelta(hours=1))
    room = min(next_month(month), AS_OF) - started
    visit = _start(rng, person, ids, started, rng.choice(_LADDERS[person.group]))
    _leave(rng, visit, started + room * rng.uniform(0.1, 0.9))
    assert visit.ended_at is not None
    visit.ended_at = visit.ended_at.replace(microsecond=0)
    back = started + timedelta(days=rng.randrange(70, 200))
    return [visit, *(_life(rng, person, ids, back) if back < AS_OF and rng.random() < 0.5 else [])]


def _same_kind_where_ends_tie(mine: list[Subscription]) -> None:
    """Of two that end in the same instant neither ended last: let both tell the same story."""
    kinds: dict[datetime, str | None] = {}
    for subscription in mine:
        if subscription.ended_at:
            subscription.cancel_kind = kinds.setdefault(subscription.ended_at, subscription.cancel_kind)


def generate_subscriptions(seed: int, customers: list[Person]) -> list[Subscription]:
    """Every subscription, and on each person the time of the final departure."""
    rng = Random(f"{seed}:subscriptions")
    ids = count(1)
    everything: list[Subscription] = []
    for person in customers:
        mine = _lives(rng, person, ids)
        _same_kind_where_ends_tie(mine)
        ends = [subscription.ended_at for subscription in mine]
        person.left_at = max((end for end in ends if end), default=None) if all(ends) else None
        everything += mine
    return everything
