"""What a subscription brings in a month: periods, quantities, several items, discounts, currencies without hundredths."""

from typing import Any

import pytest

from kuulo.sources.stripe_money import major, monthly_price


def item(amount: Any = 900, *, interval: str = "month", count: int = 1, quantity: int | None = 1, **more: Any) -> dict[str, Any]:
    recurring = {"interval": interval, "interval_count": count, "usage_type": more.pop("usage_type", "licensed")}
    price = {"id": "price_1", "unit_amount": amount, "currency": "eur", "nickname": "Glow", "recurring": recurring, **more.pop("price", {})}
    return {"id": "si_1", "price": price, "quantity": quantity, **more}


def subscription(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "sub_1", "currency": "eur", "items": {"object": "list", "data": list(items)}, **more}


def coupon(**fields: Any) -> dict[str, Any]:
    return {"id": "di_1", "object": "discount", "coupon": {"duration": "forever", **fields}}


@pytest.mark.parametrize(
    ("made", "mrr"),
    [
        (subscription(item(900)), 9.0),
        (subscription(item(1995, quantity=3)), 59.85),
        (subscription(item(12_000, interval="year")), 10.0),
        (subscription(item(24_000, interval="year", count=2)), 10.0),
        (subscription(item(3_000, count=3)), 10.0),
        (subscription(item(1_000, interval="week")), 1000 * 365 / 84 / 100),
        (subscription(item(100, interval="day", count=10)), 100 * 365 / 120 / 100),
        (subscription(item(900), item(12_000, interval="year", quantity=2)), 29.0),
        (subscription(item(None, price={"unit_amount_decimal": "112.5"}, quantity=8)), 9.0),
        (subscription(item(900, quantity=0)), 0.0),
        (subscription(item(900, quantity=None)), 9.0),
        (subscription(item(0)), 0.0),
        (subscription(), 0.0),
    ],
)
def test_a_month_of_it(made: dict[str, Any], mrr: float) -> None:
    assert monthly_price(made).mrr == pytest.approx(mrr, abs=1e-12)
    assert monthly_price(made).is_fully_priced


@pytest.mark.parametrize(
    ("made", "mrr"),
    [
        (subscription(item(1000), discounts=[coupon(percent_off=25)]), 7.5),
        (subscription(item(1000), discounts=[coupon(percent_off=50), coupon(percent_off=50)]), 2.5),
        (subscription(item(1000), discounts=[coupon(amount_off=300, currency="eur")]), 7.0),
        (subscription(item(12_000, interval="year"), discounts=[coupon(amount_off=1200)]), 9.0),
        (subscription(item(1000), discounts=[coupon(amount_off=3000)]), 0.0),
        (subscription(item(1000), discounts=[coupon(percent_off=50, duration="repeating")]), 5.0),
        (subscription(item(1000), discounts=[coupon(percent_off=100, duration="once")]), 10.0),
        (subscription(item(1000), discount=coupon(percent_off=10)), 9.0),
        (subscription(item(1000, discounts=[coupon(percent_off=50)]), item(400)), 9.0),
        (subscription(item(1000), discount=None, discounts=[]), 10.0),
    ],
)
def test_discounts_that_last_are_taken_off(made: dict[str, Any], mrr: float) -> None:
    price = monthly_price(made)
    assert (price.mrr, price.are_discounts_read) == (pytest.approx(mrr, abs=1e-12), True)
    assert price.list_mrr == pytest.approx(monthly_price({**made, "discounts": [], "discount": None}).list_mrr)


def test_a_discount_of_which_only_the_id_is_known_is_not_guessed() -> None:
    price = monthly_price(subscription(item(1000), discounts=["di_1"]))
    assert (price.mrr, price.list_mrr, price.are_discounts_read) == (10.0, 10.0, False)


@pytest.mark.parametrize("metered", [item(5, usage_type="metered", quantity=None), item(None, price={"billing_scheme": "tiered"})])
def test_an_item_without_a_unit_amount_counts_with_nothing_and_is_told(metered: dict[str, Any]) -> None:
    price = monthly_price(subscription(item(900), metered))
    assert (price.mrr, price.is_fully_priced, price.plan) == (9.0, False, "Glow")
    alone = monthly_price(subscription(metered))
    assert (alone.mrr, alone.is_fully_priced, alone.plan) == (0.0, False, "Glow")


@pytest.mark.parametrize(
    ("amount", "currency", "whole"),
    [(500, "jpy", 500.0), (500, "JPY", 500.0), (500, "eur", 5.0), (500, "isk", 5.0), (500, "ugx", 5.0), (500, "kwd", 0.5),
     (-1, "usd", -0.01), (None, "eur", None), (7, None, 0.07)],
)  # fmt: skip
def test_minor_units_become_whole_ones(amount: int | None, currency: str | None, whole: float | None) -> None:
    assert major(amount, currency) == whole


def test_yen_have_no_hundredths() -> None:
    yen = {**subscription(item(12_000, interval="year")), "currency": "jpy"}
    assert monthly_price(yen).mrr == 1000.0


def test_the_plan_is_the_item_that_brings_most() -> None:
    big = item(100, quantity=20, price={"nickname": None, "lookup_key": "seats", "product": "prod_1"})
    assert monthly_price(subscription(item(900), big)).plan == "seats"
    assert monthly_price(subscription(item(9, price={"nickname": None, "product": "prod_1"}))).plan == "prod_1"
    assert monthly_price(subscription(item(9, price={"nickname": None, "product": {"id": "prod_1", "name": "Lamp"}}))).plan == "Lamp"
    assert monthly_price(subscription()).plan is None


def test_the_older_forms_of_the_api_are_read_too() -> None:
    plan = {"id": "pro", "amount": 2000, "interval": "year", "interval_count": 1, "currency": "usd", "name": "Pro"}
    new = monthly_price({"items": {"data": [{"id": "si_1", "plan": plan, "quantity": 6}]}})
    old = monthly_price({"plan": plan, "quantity": 6})
    assert (new.mrr, new.plan, new.currency) == (old.mrr, old.plan, old.currency) == (10.0, "Pro", "usd")
