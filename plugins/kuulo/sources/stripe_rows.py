"""Stripe's objects as rows: what is declared of each, whether a list or an event told of it.

Names, postal addresses and telephone numbers of customers stay in the landed page: nothing here needs them.
"""

from collections.abc import Iterator
from typing import Any

from kuulo.sources.stripe_money import MonthlyPrice, items_of, major, monthly_price, price_of

Record = dict[str, Any]

_CUSTOMER = ("email", "currency", "delinquent", "created")
_SUBSCRIPTION = (
    "customer", "status", "collection_method", "created", "start_date", "trial_start", "trial_end", "cancel_at", "cancel_at_period_end",
    "canceled_at", "ended_at", "cancellation_details", "pause_collection", "metadata",
)  # fmt: skip
_INVOICE = ("id", "customer", "status", "currency", "attempt_count", "billing_reason", "created", "period_start", "period_end",
            "status_transitions")  # fmt: skip
_AMOUNTS = ("total", "amount_due", "amount_paid", "amount_remaining")


def _told(record: Record, parent: dict[str, str]) -> tuple[Record, Record]:
    """The object, and what is known of the telling: by a list as of the window's end, by an event as of its own second."""
    if record.get("object") == "event":
        return record["data"]["object"], {"seen_at": record["created"], "event_id": record["id"]}
    return record, {"seen_at": parent["seen_at"]}


def customer_rows(record: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The customer of a list, or as an event left it."""
    customer, telling = _told(record, parent)
    locales, address = customer.get("preferred_locales") or [], customer.get("address") or {}
    yield {
        "id": customer["id"],
        **{name: customer.get(name) for name in _CUSTOMER},
        "metadata": customer.get("metadata") or None,
        "country": address.get("country"),
        "language": locales[0][:2].lower() if locales else None,
        "is_deleted": customer.get("deleted", False) or record.get("type") == "customer.deleted",
        **telling,
    }


def _price_columns(price: MonthlyPrice) -> Record:
    return {
        "mrr": price.mrr,
        "list_mrr": price.list_mrr,
        "currency": price.currency,
        "plan": price.plan,
        "is_fully_priced": price.is_fully_priced,
        "are_discounts_read": price.are_discounts_read,
    }


def _item(item: Record) -> Record:
    price = price_of(item)
    recurring = price.get("recurring") or price
    return {
        "id": item.get("id"),
        "quantity": item.get("quantity"),
        **{name: price.get(name) for name in ("product", "unit_amount", "unit_amount_decimal", "billing_scheme")},
        "price": price.get("id"),
        **{name: recurring.get(name) for name in ("interval", "interval_count", "usage_type")},
    }


def subscription_rows(record: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The subscription of a list; of events only the last word on one that has ended, whose customer may be gone."""
    if record.get("object") == "event" and record.get("type") != "customer.subscription.deleted":
        return
    subscription, telling = _told(record, parent)
    yield {
        "id": subscription["id"],
        **{name: subscription.get(name) for name in _SUBSCRIPTION},
        **_price_columns(monthly_price(subscription)),
        "items": [_item(item) for item in items_of(subscription)],
        "seen_at": telling["seen_at"],
    }


def invoice_rows(record: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The invoice of a list, amounts in the currency's own unit; the events only told whose invoices to list."""
    if record.get("object") == "event":
        return
    details = (record.get("parent") or {}).get("subscription_details") or {}
    yield {
        **{name: record.get(name) for name in _INVOICE},
        **{name: major(record.get(name), record.get("currency")) for name in _AMOUNTS},
        "subscription": record.get("subscription") or details.get("subscription"),
        **parent,
    }


def event_rows(event: Record, parent: dict[str, str]) -> Iterator[Record]:
    """What an event changed in a subscription: its price, plan and status after it, and before it where the event tells."""
    after = event["data"]["object"]
    changed = event["data"].get("previous_attributes") or {}
    before = {**after, **changed}
    price, earlier = monthly_price(after), monthly_price(before)
    yield {
        "id": event["id"],
        "type": event["type"],
        "created": event["created"],
        "api_version": event.get("api_version"),
        "subscription_id": after["id"],
        "customer_id": after.get("customer"),
        "changed": ",".join(sorted(changed)) or None,
        "status_before": before.get("status"),
        "status": after.get("status"),
        "plan_before": earlier.plan,
        "mrr_before": earlier.mrr,
        "list_mrr_before": earlier.list_mrr,
        **_price_columns(price),
        "are_discounts_read": price.are_discounts_read and earlier.are_discounts_read,
    }
