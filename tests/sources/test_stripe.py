"""Stripe's lists and objects: the pinned version, canceled subscriptions, the last id as cursor, whole rows of each stream."""

from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.stripe import STRIPE
from tests.landing.landings import WINDOW, land, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply, in_order

STARTED = 1_767_607_872  # 2026-01-05T10:11:12Z
EXPAND = (("expand[]", "data.discounts"), ("expand[]", "data.items.data.discounts"))


def listed(*records: dict[str, Any], more: bool = False) -> Reply:
    return Reply({"object": "list", "data": list(records), "has_more": more, "url": "/v1/x"})


def price(**changed: Any) -> dict[str, Any]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    return {
        "id": "price_1",
        "unit_amount": 1995,
        "currency": "eur",
        "nickname": "Bright",
        "product": "prod_1",
        "recurring": recurring,
        **changed,
    }


def subscription(identity: str, /, **changed: Any) -> dict[str, Any]:
    items = {"object": "list", "data": [{"id": "si_1", "price": price(), "quantity": 2, "discounts": []}]}
    return {"id": identity, "object": "subscription", "customer": "cus_1", "status": "active", "currency": "eur", "created": STARTED,
            "start_date": STARTED, "ended_at": None, "items": items, "discounts": [], **changed}  # fmt: skip


def customer(identity: str, /, **changed: Any) -> dict[str, Any]:
    return {"id": identity, "object": "customer", "email": "a@example.org", "created": STARTED, "metadata": {}, **changed}


def event(identity: str, kind: str, told: dict[str, Any], /, at: int = STARTED, **changed: Any) -> dict[str, Any]:
    data = {"object": told, **({"previous_attributes": changed} if changed else {})}
    return {"id": identity, "object": "event", "type": kind, "created": at, "api_version": "2020-08-27", "data": data}


def nothing_but(path: str, *records: dict[str, Any]) -> Any:
    """A script that lists the records at one path and nothing elsewhere."""
    return lambda asked: listed(*records) if asked.path == path else listed()


def test_all_subscriptions_are_asked_for_by_the_pinned_version_and_with_their_discounts(settings: Settings) -> None:
    _, asked = land(settings, STRIPE, "subscriptions", nothing_but("/subscriptions", subscription("sub_1")))
    (only,) = asked
    assert (only.method, only.path) == ("GET", "/subscriptions")
    assert only.params == (("limit", "100"), ("status", "all"), *EXPAND)
    assert only.headers["Stripe-Version"] == "2024-06-20"
    assert only.headers["Authorization"] == "Bearer canary-77"


def test_what_is_expanded_is_a_knob(settings: Settings) -> None:
    _, asked = land(settings, STRIPE, "subscriptions", nothing_but("/subscriptions"), knobs={"expand": ""})
    assert asked[0].params == (("limit", "100"), ("status", "all"))


def test_a_subscription_as_a_row(settings: Settings) -> None:
    made = subscription(
        "sub_1",
        status="canceled",
        trial_start=STARTED,
        trial_end=STARTED + 86_400,
        ended_at=STARTED + 5 * 86_400,
        canceled_at=STARTED + 4 * 86_400,
        cancel_at_period_end=False,
        cancellation_details={"reason": "cancellation_requested", "feedback": "too_expensive", "comment": "Sorry, Ada"},
        discounts=[{"id": "di_1", "coupon": {"percent_off": 50, "duration": "forever"}}],
        metadata={"shop": "north"},
        application=None,
    )
    land(settings, STRIPE, "subscriptions", nothing_but("/subscriptions", made))
    (row,) = typed_rows(settings, STRIPE, "subscriptions")
    assert (row["mrr"], row["list_mrr"], row["plan"], row["currency"]) == (19.95, 39.9, "Bright", "eur")
    assert (row["status"], row["customer_id"], row["is_fully_priced"], row["are_discounts_read"]) == ("canceled", "cus_1", True, True)
    assert [row[name].isoformat() for name in ("started_at", "trial_ends_at", "ended_at")] == [
        "2026-01-05T10:11:12", "2026-01-06T10:11:12", "2026-01-10T10:11:12"
    ]  # fmt: skip
    assert (row["cancel_reason"], row["cancel_feedback"], row["cancel_comment"]) == (
        "cancellation_requested",
        "too_expensive",
        "Sorry, Ada",
    )
    assert (row["metadata"], row["_extra"]) == ('{"shop":"north"}', None)
    assert row["items"] == (
        '[{"id":"si_1","quantity":2,"product":"prod_1","unit_amount":1995,"unit_amount_decimal":null,"billing_scheme":null,'
        '"price":"price_1","interval":"month","interval_count":1,"usage_type":"licensed"}]'
    )
    assert row["seen_at"].isoformat() == "2026-01-11T00:00:00"


@pytest.mark.parametrize(
    "broken", [{"items": {"data": [{"price": price(recurring={"interval": "decade"})}]}}, {"items": {"data": ["si_1"]}}]
)
def test_a_subscription_built_otherwise_is_refused_alone(settings: Settings, broken: dict[str, Any]) -> None:
    script = nothing_but("/subscriptions", subscription("sub_1"), subscription("sub_2", **broken), subscription("sub_3"))
    receipts, _ = land(settings, STRIPE, "subscriptions", script)
    assert [row["subscription_id"] for row in typed_rows(settings, STRIPE, "subscriptions")] == ["sub_1", "sub_3"]
    assert [row["rule"] for row in untyped_rows(settings, STRIPE, "subscriptions")] == ["typed:record"]
    assert receipts[0].received == 3


def test_lists_go_on_behind_the_last_id_until_there_is_no_more(settings: Settings) -> None:
    pages = [[subscription(f"sub_{n}{page}") for n in range(3)] for page in "abc"]
    script = in_order(*(listed(*page, more=page is not pages[-1]) for page in pages))
    receipts, asked = land(settings, STRIPE, "subscriptions", script)
    assert [a.param("starting_after") for a in asked] == [None, "sub_2a", "sub_2b"]
    assert all(a.params[:2] == (("limit", "100"), ("status", "all")) for a in asked)
    assert (receipts[0].pages, receipts[0].received) == (3, 9)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply({"object": "list", "data": [], "has_more": True}), "says that there is more"),
        (Reply({"object": "list", "data": [{"object": "subscription"}], "has_more": True}), "ends with no record whose `id`"),
        (Reply({"object": "list", "data": []}), "without `has_more`"),
        (Reply({"object": "list", "data": [], "has_more": "false"}), "without `has_more`"),
        (Reply({"error": {"message": "canary-77"}}), "nothing at `data`"),
    ],
)
def test_a_list_that_cannot_be_followed_is_an_error_and_no_end(settings: Settings, reply: Reply, told: str) -> None:
    with pytest.raises(SourceContractBroken, match=f"stripe/subscriptions, page 1: .*{told}") as failure:
        land(settings, STRIPE, "subscriptions", lambda _: reply)
    assert "canary" not in str(failure.value)


def test_p1_a_page_that_leads_back_to_itself_is_noticed(settings: Settings) -> None:
    with pytest.raises(SourceContractBroken, match=r"stripe/subscriptions, page 3: .*goes in circles"):
        land(settings, STRIPE, "subscriptions", lambda _: listed(subscription("sub_1"), more=True))


def test_resuming_from_every_page_gives_the_rows_of_reading_straight_through(settings: Settings, tmp_path: Any) -> None:
    pages = [[subscription(f"sub_{page}{n}") for n in range(2)] for page in range(4)]

    def account(asked: Asked) -> Reply:
        if asked.path != "/subscriptions":
            return listed()
        last = asked.param("starting_after")
        number = 0 if last is None else int(last[4]) + 1
        if number in broken:
            broken.remove(number)
            return Reply({}, 400)
        return listed(*pages[number], more=number < 3)

    broken: set[int] = set()
    land(Settings(home=tmp_path / "straight"), STRIPE, "subscriptions", account)
    broken = {0, 1, 2, 3}
    for _ in range(4):
        with pytest.raises(SourceContractBroken):
            land(settings, STRIPE, "subscriptions", account)
    receipts, asked = land(settings, STRIPE, "subscriptions", account)
    assert [a.param("starting_after") for a in asked] == ["sub_21"]
    assert typed_rows(settings, STRIPE, "subscriptions") == typed_rows(Settings(home=tmp_path / "straight"), STRIPE, "subscriptions")
    assert receipts[0].pages == 4
    again, asked = land(settings, STRIPE, "subscriptions", account)
    assert (again, asked) == (receipts, [])


def test_customers_are_known_by_email_and_metadata_and_not_by_their_names(settings: Settings) -> None:
    ada = customer("cus_1", name="Ada L", phone="+358", address={"country": "FI", "line1": "Street 1"}, preferred_locales=["fi-FI"],
                   metadata={"customer_id": "K-1"}, delinquent=True, shipping={"name": "Ada L"})  # fmt: skip
    land(settings, STRIPE, "customers", nothing_but("/customers", ada))
    (row,) = typed_rows(settings, STRIPE, "customers")
    assert (row["email"], row["metadata"], row["country"], row["language"]) == ("a@example.org", '{"customer_id":"K-1"}', "FI", "fi")
    assert (row["is_delinquent"], row["is_deleted"], row["event_id"]) == (True, False, None)
    assert not {"Ada L", "+358", "Street 1"} & {str(value) for value in row.values()}
    assert row["_extra"] is None


def test_a_deleted_customer_is_told_by_its_event_even_where_everything_is_read(settings: Settings) -> None:
    gone = event("evt_9", "customer.deleted", customer("cus_9", email="gone@example.org"), at=STARTED + 5 * 86_400)

    def account(asked: Asked) -> Reply:
        return listed(customer("cus_1"), customer("cus_8", deleted=True, email=None)) if asked.path == "/customers" else listed(gone)

    _, asked = land(settings, STRIPE, "customers", account)
    assert [(a.path, a.param("type")) for a in asked] == [("/customers", None), ("/events", "customer.deleted")]
    rows = typed_rows(settings, STRIPE, "customers")
    assert [(r["customer_id"], r["event_id"], r["is_deleted"], r["email"], r["seen_at"].isoformat()) for r in rows] == [
        ("cus_1", None, False, "a@example.org", "2026-01-11T00:00:00"),
        ("cus_8", None, True, None, "2026-01-11T00:00:00"),
        ("cus_9", "evt_9", True, "gone@example.org", "2026-01-10T10:11:12"),
    ]


def test_invoices_in_whole_units_and_of_either_form(settings: Settings) -> None:
    made = {"id": "in_1", "object": "invoice", "customer": "cus_1", "status": "paid", "currency": "eur", "total": 1995, "amount_due": 1995,
            "amount_paid": 1995, "amount_remaining": 0, "attempt_count": 2, "billing_reason": "subscription_cycle", "created": STARTED,
            "subscription": "sub_1", "status_transitions": {"finalized_at": STARTED, "paid_at": STARTED + 60}}  # fmt: skip
    yen = {**made, "id": "in_2", "currency": "jpy", "subscription": None, "parent": {"subscription_details": {"subscription": "sub_2"}}}
    land(settings, STRIPE, "invoices", nothing_but("/invoices", made, yen))
    rows = typed_rows(settings, STRIPE, "invoices")
    assert [(r["invoice_id"], r["subscription_id"], r["total"], r["amount_remaining"], r["attempt_count"]) for r in rows] == [
        ("in_1", "sub_1", 19.95, 0.0, 2), ("in_2", "sub_2", 1995.0, 0.0, 2)
    ]  # fmt: skip
    assert rows[0]["paid_at"].isoformat() == "2026-01-05T10:12:12"


def test_an_event_says_what_it_changed(settings: Settings) -> None:
    before = {"object": "list", "data": [{"id": "si_0", "price": price(unit_amount=900, nickname="Glow"), "quantity": 1}]}
    told = subscription("sub_1", discounts=["di_1"])
    changed = event("evt_1", "customer.subscription.updated", told, items=before, status="past_due", default_payment_method="pm_1")
    card = event("evt_2", "customer.subscription.updated", subscription("sub_1"), default_payment_method="pm_1")

    def account(asked: Asked) -> Reply:
        return listed(changed, card) if asked.param("type") == "customer.subscription.updated" else listed()

    land(settings, STRIPE, "events", account)
    first, second = typed_rows(settings, STRIPE, "events")
    assert (first["plan_before"], first["mrr_before"], first["plan"], first["mrr"]) == ("Glow", 9.0, "Bright", 39.9)
    assert (first["status_before"], first["status"], first["changed"]) == ("past_due", "active", "default_payment_method,items,status")
    assert (first["are_discounts_read"], first["api_version"], first["happened_at"].isoformat()) == (
        False,
        "2020-08-27",
        "2026-01-05T10:11:12",
    )
    assert (second["plan_before"], second["mrr_before"], second["plan"], second["mrr"]) == ("Bright", 39.9, "Bright", 39.9)


def test_a_429_without_retry_after_is_waited_for_and_told_in_the_end(settings: Settings) -> None:
    limited = Reply({"error": {"code": "lock_timeout"}}, 429, {"Stripe-Rate-Limited-Reason": "global-rate"})
    replies = iter([limited, limited])
    receipts, asked = land(settings, STRIPE, "subscriptions", lambda _: next(replies, listed(subscription("sub_1"))))
    assert (receipts[0].received, len(asked)) == (1, 3)
    with pytest.raises(RetryLater, match=r"stripe/invoices, page 1: rate limited \(429\), 6 times"):
        land(settings, STRIPE, "invoices", lambda _: limited)


def test_a_refused_key_and_a_missing_permission_are_told(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"stripe/customers, page 1: the secret is refused \(401\)"):
        land(settings, STRIPE, "customers", lambda _: Reply({"error": {"message": "Invalid API Key provided: canary"}}, 401))
    for stream, missing in (("customers", "Customers: Read"), ("subscriptions", "Subscriptions: Read"), ("events", "Events: Read")):
        with pytest.raises(BadCredentials, match=missing):
            land(settings, STRIPE, stream, lambda _: Reply({}, 403))
    assert WINDOW.end.isoformat() == "2026-01-11T00:00:00+00:00"
