"""Who pays by card, and how Stripe prices what they pay: the same sum a month, written in the many ways that Stripe allows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from kuulo.sandbox.company_records import Person, Subscription
from kuulo.sandbox.history import AS_OF

EVENTS_SINCE = AS_OF - timedelta(days=30)
_ONE_IN = 8
_HALF = {"percent_off": 50.0, "duration": "forever"}
_HALF_PRICE_WAY = 6


def chance(text: str, of: int) -> int:
    """A number below `of` that the text alone decides, so that no random stream moves."""
    return crc32(text.encode()) % of


def bill_by_card(subscriptions: list[Subscription]) -> None:
    """Hand whole persons over to Stripe: about one in eight."""
    for subscription in subscriptions:
        person = subscription.person
        if chance(f"pays by card: {person.number}", _ONE_IN) == 0:
            subscription.biller = "stripe"
            person.known_as["stripe"] = tuple(stripe_customer_id(number) for number in person.customer_ids)


def stripe_customer_id(customer_id: str) -> str:
    """Stripe's id of the customer with that number in billing."""
    return f"cus_{customer_id.replace('-', '')}"


@dataclass(frozen=True)
class Price:
    """One item of a subscription: what Stripe charges `unit_amount` (in cents, maybe of a fraction) times `quantity` for."""

    nickname: str
    unit_amount: float | None
    quantity: int = 1
    interval: str = "month"
    interval_count: int = 1


@dataclass
class CardSubscription:
    """One subscription of Stripe, which may be several of the company's: a change of plan within the events' reach is an update.

    Attributes:
        parts: the company's own subscriptions, oldest first; each begins where the one before ends.
        discount: a coupon's fields, on the whole subscription.
        status: what Stripe calls its state; `trial_days` it was tried before it began.
    """

    parts: list[Subscription]
    status: str
    trial_days: int = 0
    discount: dict[str, Any] | None = None
    prices: list[list[Price]] = field(default_factory=list)

    @property
    def subscription_id(self) -> str:
        """Stripe's id."""
        return f"sub_{self.parts[0].subscription_id.replace('-', '')}"

    @property
    def customer_id(self) -> str:
        """Stripe's id of the customer."""
        return stripe_customer_id(self.parts[0].customer_id)

    @property
    def person(self) -> Person:
        """Who pays."""
        return self.parts[0].person

    @property
    def started_at(self) -> datetime:
        """When it began, its trial included."""
        return self.parts[0].started_at - timedelta(days=self.trial_days)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""
        return self.parts[-1].ended_at


def _goes_on(before: Subscription, after: Subscription) -> bool:
    return (
        before.cancel_reason == "plan change"
        and before.ended_at == after.started_at >= EVENTS_SINCE
        and (before.person.number, before.customer_id) == (after.person.number, after.customer_id)
    )


def _prices(cents: int, plan: str, way: int) -> list[Price]:
    """The plan's price in one of the ways that Stripe would have it."""
    ways = {
        1: [Price(plan, cents * 12, interval="year")],
        2: [Price(plan, cents * 3, interval_count=3)],
        3: [Price(plan, cents / 8, quantity=8)],
        4: [Price(plan, cents - cents // 3), Price("Extra room", cents // 3)],
        5: [Price(plan, cents), Price("Energy by the kilowatt-hour", None)],
        _HALF_PRICE_WAY: [Price(plan, cents * 2)],
    }
    return ways.get(way, [Price(plan, cents)])


def _status(parts: list[Subscription]) -> str:
    if parts[-1].ended_at:
        return "canceled"
    return ("past_due", "unpaid")[chance(parts[0].subscription_id, 2)] if chance(parts[-1].subscription_id, 13) == 0 else "active"


def _card_subscription(parts: list[Subscription]) -> CardSubscription:
    first, way = parts[0], chance(parts[0].subscription_id, 8)
    tried = first.cancel_reason != "plan change" and chance(f"tried: {first.subscription_id}", 5) == 0
    return CardSubscription(
        parts=parts,
        status=_status(parts),
        trial_days=14 if tried else 0,
        discount=_HALF if way == _HALF_PRICE_WAY else None,
        prices=[_prices(part.mrr_cents, part.plan, way) for part in parts],
    )


def card_subscriptions(subscriptions: list[Subscription]) -> list[CardSubscription]:
    """Stripe's subscriptions, in the order of their starts.

    A change of plan is an update of one subscription where its event can still be read, and else the end of one and the start
    of another: what older updates had changed nobody could tell any more.
    """
    lines: list[list[Subscription]] = []
    open_lines: dict[int, list[list[Subscription]]] = {}
    for subscription in sorted((s for s in subscriptions if s.biller == "stripe"), key=lambda s: (s.started_at, s.subscription_id)):
        mine = open_lines.setdefault(subscription.person.number, [])
        line = next((line for line in mine if _goes_on(line[-1], subscription)), None)
        if line is None:
            line = []
            mine.append(line)
            lines.append(line)
        line.append(subscription)
    return [_card_subscription(line) for line in lines]
