"""Stripe Billing: customers, subscriptions, invoices, and the events that tell when a subscription changed.

Vendor page: https://docs.stripe.com/api. The version is pinned to the last one in which a discount holds its coupon; newer
accounts answer it all the same. Amounts come in minor units and are kept in the currency's own (stripe_money.py).
"""

from kuulo.sources.manners import Manners, Permission, Rate
from kuulo.sources.request_params import ListedParam
from kuulo.sources.source import Column, Source, Stream
from kuulo.sources.stripe_reading import ChangedObjects, EventLog
from kuulo.sources.stripe_rows import customer_rows, event_rows, invoice_rows, subscription_rows

API_VERSION = "2024-06-20"
_SUBSCRIPTION_EVENTS = tuple(f"customer.subscription.{what}" for what in ("created", "updated", "deleted", "paused", "resumed"))
_INVOICE_EVENTS = tuple(
    f"invoice.{what}" for what in ("created", "finalized", "updated", "paid", "payment_failed", "voided", "marked_uncollectible")
)
# Discounts come as ids unless they are asked for; a server that knows no such fields is asked with the knob set empty.
_DISCOUNTS = ListedParam(param="expand[]", knob="expand", default="data.discounts,data.items.data.discounts")


def _time(name: str, at: str = "", *, required: bool = False) -> Column:
    """A time in Unix seconds."""
    return Column(name=name, at=at, type="timestamp", unit="epoch_seconds", required=required)


_SEEN = _time("seen_at", required=True)
_PRICE = (
    Column(name="mrr", type="float64", required=True, description="what it brings in a month after discounts, in the currency's own unit"),
    Column(name="list_mrr", type="float64", description="before discounts"),
    Column(name="currency"),
    Column(name="plan", description="of the item that brings most: the price's nickname, lookup key or product"),
    Column(name="is_fully_priced", type="boolean", description="false where an item is metered or priced in tiers: it counts with nothing"),
    Column(name="are_discounts_read", type="boolean", description="false where a discount came as an id only"),
)

CUSTOMERS = Stream(
    name="customers",
    reading=ChangedObjects(
        path="/customers",
        types=("customer.created", "customer.updated", "customer.deleted"),
        told_by_events=("customer.deleted",),
    ),
    rows_of=customer_rows,
    primary_key=("customer_id", "event_id"),
    version_column="seen_at",
    columns=(
        Column(name="customer_id", at="id", required=True, personal="indirect"),
        Column(name="event_id", description="the event that told of it; null where a list did"),
        Column(name="email", personal="direct"),
        Column(name="metadata", type="json", personal="indirect", description="the company's own keys, such as its customer number"),
        Column(name="country"),
        Column(name="language"),
        Column(name="currency"),
        Column(name="is_delinquent", at="delinquent", type="boolean"),
        Column(name="is_deleted", type="boolean"),
        _time("created_at", "created"),
        _SEEN,
    ),
)
SUBSCRIPTIONS = Stream(
    name="subscriptions",
    reading=ChangedObjects(
        path="/subscriptions",
        types=_SUBSCRIPTION_EVENTS,
        params=(("status", "all"),),  # without it those that were canceled are left out
        asked=(_DISCOUNTS,),
        of_customers=True,
    ),
    rows_of=subscription_rows,
    primary_key=("subscription_id",),
    version_column="seen_at",
    columns=(
        Column(name="subscription_id", at="id", required=True),
        Column(name="customer_id", at="customer", required=True, personal="indirect"),
        Column(name="status", required=True),
        *_PRICE,
        Column(name="items", type="json", description="what the price is made of, item by item"),
        Column(name="collection_method"),
        _time("created_at", "created"),
        _time("started_at", "start_date", required=True),
        _time("trial_started_at", "trial_start"),
        _time("trial_ends_at", "trial_end"),
        _time("cancels_at", "cancel_at"),
        Column(name="cancels_at_period_end", at="cancel_at_period_end", type="boolean"),
        _time("canceled_at"),
        _time("ended_at"),
        Column(name="cancel_reason", at="cancellation_details.reason"),
        Column(name="cancel_feedback", at="cancellation_details.feedback"),
        Column(name="cancel_comment", at="cancellation_details.comment", personal="free_text"),
        Column(name="pause_behavior", at="pause_collection.behavior", description="how invoices are treated while collection is paused"),
        Column(name="metadata", type="json", personal="indirect"),
        _SEEN,
    ),
)
INVOICES = Stream(
    name="invoices",
    reading=ChangedObjects(path="/invoices", types=_INVOICE_EVENTS, of_customers=True),
    rows_of=invoice_rows,
    primary_key=("invoice_id",),
    version_column="seen_at",
    columns=(
        Column(name="invoice_id", at="id", required=True),
        Column(name="customer_id", at="customer", personal="indirect"),
        Column(name="subscription_id", at="subscription"),
        Column(name="status"),
        Column(name="currency"),
        Column(name="total", type="float64"),
        Column(name="amount_due", type="float64"),
        Column(name="amount_paid", type="float64"),
        Column(name="amount_remaining", type="float64"),
        Column(name="attempt_count", type="int64"),
        Column(name="billing_reason"),
        _time("created_at", "created", required=True),
        _time("finalized_at", "status_transitions.finalized_at"),
        _time("paid_at", "status_transitions.paid_at"),
        _time("voided_at", "status_transitions.voided_at"),
        _time("marked_uncollectible_at", "status_transitions.marked_uncollectible_at"),
        _time("period_started_at", "period_start"),
        _time("period_ends_at", "period_end"),
        _SEEN,
    ),
)
EVENTS = Stream(
    name="events",
    reading=EventLog(_SUBSCRIPTION_EVENTS),
    rows_of=event_rows,
    primary_key=("event_id",),
    columns=(
        Column(name="event_id", at="id", required=True),
        Column(name="event_type", at="type", required=True),
        _time("happened_at", "created", required=True),
        Column(name="api_version", description="the version that its objects are written in: the account's, not the one asked for"),
        Column(name="subscription_id", required=True),
        Column(name="customer_id", personal="indirect"),
        Column(name="changed", description="names of the fields that it changed, joined by commas"),
        Column(name="status_before"),
        Column(name="status"),
        Column(name="plan_before"),
        Column(name="mrr_before", type="float64"),
        Column(name="list_mrr_before", type="float64"),
        *_PRICE,
    ),
)

STRIPE = Source(
    name="stripe",
    base_url="https://api.stripe.com/v1",
    parallel_tasks=2,
    manners=Manners(
        headers=(("Stripe-Version", API_VERSION),),
        rates=(Rate(12, 1.0),),  # two tasks share the 25 a second of a test account; a live one may have 100: `pace` 4
        permissions=(
            Permission("/customers", "the permission Customers: Read of a restricted key"),
            Permission("/subscriptions", "the permission Subscriptions: Read (under Billing) of a restricted key"),
            Permission("/invoices", "the permission Invoices: Read (under Billing) of a restricted key"),
            Permission("/events", "the permission Events: Read of a restricted key"),
        ),
    ),
    description="customers who pay by card, their subscriptions, invoices and changes of plan",
    streams=(CUSTOMERS, SUBSCRIPTIONS, INVOICES, EVENTS),
)
