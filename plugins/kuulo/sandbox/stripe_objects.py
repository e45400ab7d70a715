"""Stripe's objects as it writes them: customers, subscriptions with their items, invoices, and the events of thirty days."""

from datetime import timedelta
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.instants import unix
from kuulo.sandbox.stripe_billing import EVENTS_SINCE, CardSubscription, Price, card_subscriptions, chance, stripe_customer_id

Record = dict[str, Any]
# Kinds of subscription that count nowhere: what became of it, and whether it had a trial.
_NEVER_PAID = (("trialing", True), ("incomplete", False), ("incomplete_expired", False), ("paused", True), ("canceled", True))
_REASONS = {"voluntary": "cancellation_requested", "involuntary": "payment_failed"}


def _customer(person: Person, number: str, email: str | None) -> Record:
    """Most have their number in the metadata and an e-mail; some only one of the two."""
    known_by = chance(number, 10)
    return {
        "id": stripe_customer_id(number),
        "object": "customer",
        "address": None,
        "created": unix(person.created_at),
        "currency": "eur",
        "delinquent": False,
        "email": None if known_by in (6, 7) else email,
        "livemode": False,
        "metadata": {} if known_by in (8, 9) and email and "@" in email else {"customer_id": number},
        "name": f"Customer {person.number}",
        "phone": None,
        "preferred_locales": [],
    }


def _item(identity: str, number: int, price: Price) -> Record:
    whole = price.unit_amount is not None and float(price.unit_amount).is_integer()
    recurring = {"interval": price.interval, "interval_count": price.interval_count}
    metered = price.unit_amount is None
    return {
        "id": f"si_{identity.removeprefix('sub_')}{number}",
        "object": "subscription_item",
        "discounts": [],
        "price": {
            "id": f"price_{price.nickname.lower().replace(' ', '_')}",
            "object": "price",
            "billing_scheme": "tiered" if metered else "per_unit",
            "currency": "eur",
            "nickname": price.nickname,
            "product": f"prod_{price.nickname.lower().replace(' ', '_')}",
            "recurring": {**recurring, "usage_type": "metered" if metered else "licensed"},
            "unit_amount": int(price.unit_amount) if whole and price.unit_amount is not None else None,
            "unit_amount_decimal": None if price.unit_amount is None else f"{price.unit_amount:.12g}",
        },
        **({} if metered else {"quantity": price.quantity}),
    }


def _items(identity: str, prices: list[Price]) -> Record:
    return {"object": "list", "data": [_item(identity, n, price) for n, price in enumerate(prices)], "has_more": False}


def _subscription(card: CardSubscription) -> Record:
    last, identity = card.parts[-1], card.subscription_id
    ended, begun = unix(card.ended_at), unix(card.started_at)
    paid_from = unix(card.parts[0].started_at) if card.trial_days else None
    runs_out = not card.ended_at and chance(identity, 23) == 0
    return {
        "id": identity,
        "object": "subscription",
        "cancel_at": unix(AS_OF + timedelta(days=9)) if runs_out else None,
        "cancel_at_period_end": runs_out,
        "canceled_at": ended or (unix(AS_OF - timedelta(days=3)) if runs_out else None),
        "cancellation_details": {"comment": last.cancel_reason, "feedback": None, "reason": _REASONS.get(last.cancel_kind or "")},
        "collection_method": "charge_automatically",
        "created": begun,
        "currency": "eur",
        "customer": card.customer_id,
        "discounts": [{"id": f"di_{identity}", "object": "discount", "coupon": {"id": "half", **card.discount}}] if card.discount else [],
        "ended_at": ended,
        "items": _items(identity, card.prices[-1]),
        "livemode": False,
        "metadata": {},
        "pause_collection": None,
        "start_date": begun,
        "status": card.status,
        "trial_end": paid_from,
        "trial_start": begun if card.trial_days else None,
    }


def _never_paid(pattern: Record, number: int) -> Record:
    """A subscription of the same customer that was never paid for."""
    status, tried = _NEVER_PAID[number % len(_NEVER_PAID)]
    start = int(pattern["created"]) + 3600 * number
    end = {"trialing": unix(AS_OF + timedelta(days=5))}.get(status, start + 14 * 86_400) if tried else None
    over = status in ("canceled", "incomplete_expired")
    trial = {"trial_start": start if tried else None, "trial_end": end, "ended_at": (end or start + 82_800) if over else None}
    identity = f"sub_never{number:04d}"
    items = _items(identity, [Price("Bright", 1995)])
    return {**pattern, "id": identity, "status": status, "start_date": start, "created": start, "items": items, "discounts": [], **trial}


def _invoice(card: CardSubscription) -> Record:
    """The first invoice of each subscription."""
    due = card.parts[0].mrr_cents
    at = unix(card.parts[0].started_at)
    paid = card.status in ("active", "canceled")
    return {
        "id": f"in_{card.subscription_id.removeprefix('sub_')}",
        "object": "invoice",
        "amount_due": due,
        "amount_paid": due if paid else 0,
        "amount_remaining": 0 if paid else due,
        "attempt_count": 1 if paid else 4,
        "billing_reason": "subscription_create",
        "created": at,
        "currency": "eur",
        "customer": card.customer_id,
        "customer_email": None,
        "period_end": at,
        "period_start": at,
        "status": "paid" if paid else "open",
        "status_transitions": {"finalized_at": at, "paid_at": at if paid else None, "voided_at": None, "marked_uncollectible_at": None},
        "subscription": card.subscription_id,
        "total": due,
    }


def without_discounts(subscription: Record) -> Record:
    """The subscription as it is written where nobody asked for its discounts: their ids only."""
    return {**subscription, "discounts": [discount["id"] for discount in subscription["discounts"]]}


def _event(kind: str, at: int, told: Record, **changed: Any) -> Record:
    data = {"object": told, **({"previous_attributes": changed} if changed else {})}
    return {
        "id": f"evt_{kind.replace('.', '')}{told['id'].split('_')[1]}{at}",
        "object": "event",
        "api_version": "2024-04-10",
        "created": at,
        "data": data,
        "livemode": False,
        "type": kind,
    }


class StripeAccount:
    """What Stripe holds of a company, every list newest first.

    Attributes:
        deleted: customers that were deleted, by id.
    """

    def __init__(self, company: Company) -> None:
        cards = card_subscriptions(company.subscriptions)
        real = [_subscription(card) for card in cards]
        never = [_never_paid(pattern, number) for number, pattern in enumerate(real[:: max(1, len(real) // 10)])]
        refused = {**real[0], "id": "sub_refused0", "customer": None} if real else {}
        payers = {card.customer_id: card.person for card in cards}
        everyone = [
            _customer(person, number, email)
            for person in {person.number: person for person in payers.values()}.values()
            for number, email in zip(person.customer_ids, person.billing_emails, strict=True)
            if stripe_customer_id(number) in payers
        ]
        self.deleted = {made["id"]: made for made in everyone if self._is_deleted(payers[made["id"]])}
        self.customers = _newest_first([made for made in everyone if made["id"] not in self.deleted])
        self.subscriptions = _newest_first([*real, *never, *([refused] if refused else [])])
        self.invoices = _newest_first([_invoice(card) for card in cards])
        by_id = {made["id"]: without_discounts(made) for made in real}
        self.events = _newest_first([*self._customer_events(everyone), *(e for card in cards for e in _told(card, by_id))])

    def _is_deleted(self, person: Person) -> bool:
        return person.left_at is not None and person.left_at < EVENTS_SINCE and chance(f"deleted: {person.number}", 6) == 0

    def _customer_events(self, everyone: list[Record]) -> list[Record]:
        since, gone = unix(EVENTS_SINCE), unix(AS_OF - timedelta(days=10))
        new = [_event("customer.created", made["created"], made) for made in everyone if made["created"] >= since]
        return [*new, *(_event("customer.deleted", gone, made) for made in self.deleted.values())]


def _newest_first(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (-record["created"], record["id"]))


def _told(card: CardSubscription, by_id: dict[str, Record]) -> list[Record]:
    """What the log still says of a subscription: that it began, changed its price, ended."""
    after, identity = by_id[card.subscription_id], card.subscription_id
    living = {**after, "status": "active", "ended_at": None, "canceled_at": None, "cancellation_details": None}
    found = []
    for part, earlier, later in zip(card.parts[1:], card.prices, card.prices[1:], strict=False):
        told = {**living, "items": _items(identity, later)}
        found.append(_event("customer.subscription.updated", unix(part.started_at), told, items=_items(identity, earlier)))
    if card.started_at >= EVENTS_SINCE:
        begun = {**living, "items": _items(identity, card.prices[0])}
        found.append(_event("customer.subscription.created", unix(card.started_at), begun))
    if card.ended_at and card.ended_at >= EVENTS_SINCE:
        found.append(_event("customer.subscription.deleted", unix(card.ended_at), after))
    return found
