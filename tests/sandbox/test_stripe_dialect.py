"""Stripe's manners as the sandbox speaks them: keys, lists, filters by time, discounts only where asked for, refusals."""

from typing import Any

import pytest
import requests

from kuulo.sandbox.stripe_dialect import KEY_WITHOUT_PERMISSION, STRIPE_KEY
from kuulo.sandbox.stripe_objects import StripeAccount

KINDS = ("customers", "subscriptions", "invoices", "events")


@pytest.fixture(scope="module")
def ask(sandbox):
    with requests.Session() as session:

        def call(path: str, key: str | None = f"Bearer {STRIPE_KEY}", **params: Any) -> requests.Response:
            headers = {"Authorization": key} if key else {}
            return session.get(sandbox.url_of("stripe") + path, params=params, headers=headers, timeout=10)

        yield call


@pytest.fixture(scope="module")
def account(small_company) -> StripeAccount:
    return StripeAccount(small_company)


def _walk(ask, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = ask(path, **params, **({"starting_after": found[-1]["id"]} if found else {})).json()
        assert (page["object"], len(page["data"]) <= int(params.get("limit", 10))) == ("list", True)
        found += page["data"]
        if not page["has_more"]:
            return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_every_page_size_gives_each_record_once_newest_first(ask, account, kind, size) -> None:
    found = _walk(ask, f"/{kind}", limit=size, **({"status": "all"} if kind == "subscriptions" else {}))
    assert [record["id"] for record in found] == [record["id"] for record in getattr(account, kind)] != []
    assert [record["created"] for record in found] == sorted((record["created"] for record in found), reverse=True)


def test_ten_records_a_page_unless_asked(ask, account) -> None:
    assert len(account.subscriptions) > 10
    assert len(ask("/subscriptions", status="all").json()["data"]) == 10


def test_canceled_subscriptions_are_left_out_unless_asked_for(ask, account) -> None:
    plain = {record["status"] for record in _walk(ask, "/subscriptions", limit=100)}
    assert not plain & {"canceled", "incomplete_expired"}
    assert {record["status"] for record in _walk(ask, "/subscriptions", limit=100, status="canceled")} == {"canceled"}
    assert len(_walk(ask, "/subscriptions", limit=100, status="all")) == len(account.subscriptions)


def test_a_discount_is_an_id_unless_it_is_asked_for(ask, account) -> None:
    discounted = next(record for record in account.subscriptions if record["discounts"])
    by_id = {r["id"]: r for r in _walk(ask, "/subscriptions", limit=100, status="all")}
    assert by_id[discounted["id"]]["discounts"] == [discounted["discounts"][0]["id"]]
    expanded = _walk(ask, "/subscriptions", limit=100, status="all", **{"expand[]": ["data.discounts", "data.items.data.discounts"]})
    assert next(r for r in expanded if r["id"] == discounted["id"])["discounts"][0]["coupon"]["percent_off"] == 50.0
    assert ask("/subscriptions", **{"expand[]": "data.colour"}).status_code == 400


def test_created_bounds_are_inclusive_or_not_as_named(ask, account) -> None:
    middle = account.events[len(account.events) // 2]["created"]
    for word, holds in (("gt", int.__gt__), ("gte", int.__ge__), ("lt", int.__lt__), ("lte", int.__le__)):
        found = _walk(ask, "/events", limit=100, **{f"created[{word}]": middle})
        assert [e["id"] for e in found] == [e["id"] for e in account.events if holds(e["created"], middle)]


def test_events_by_type_and_subscriptions_by_customer(ask, account) -> None:
    kind = account.events[0]["type"]
    assert {e["type"] for e in _walk(ask, "/events", limit=100, type=kind)} == {kind}
    customer = account.subscriptions[0]["customer"]
    found = _walk(ask, "/subscriptions", limit=100, status="all", customer=customer)
    assert [r["id"] for r in found] == [r["id"] for r in account.subscriptions if r["customer"] == customer]


def test_one_object_by_its_id(ask, account) -> None:
    assert ask(f"/customers/{account.customers[0]['id']}").json() == account.customers[0]
    assert ask("/customers/cus_none").json()["error"]["code"] == "resource_missing"


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/customers", {"limit": "0"}, 400), ("/customers", {"limit": "101"}, 400), ("/customers", {"limit": "all"}, 400),
        ("/customers", {"updated[gte]": "1"}, 400), ("/customers", {"starting_after": "cus_none"}, 400),
        ("/events", {"created[gte]": "yesterday"}, 400), ("/charges", {}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_the_vendors_words(ask, path, params, status) -> None:
    refused = ask(path, **params)
    assert (refused.status_code, refused.json()["error"]["type"]) == (status, "invalid_request_error")


def test_keys(ask) -> None:
    assert ask("/customers", key=None).status_code == 401
    assert ask("/customers", key="Bearer sk_other").status_code == 401
    assert ask("/customers", key=f"Basic {STRIPE_KEY}").status_code == 401
    refused = ask("/customers", key=f"Bearer {KEY_WITHOUT_PERMISSION}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "more_permissions_required")
