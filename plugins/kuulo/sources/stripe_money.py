"""What a Stripe subscription brings in a month, from its items, discounts and currency.

A price is for a period: a yearly one counts with a twelfth. A month is a twelfth of a year of 365 days where a price is by
the day or week. An item without a unit amount (metered, or priced in tiers) brings what its invoices say, which no
subscription tells: it counts with nothing, and `is_fully_priced` is false.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Record = dict[str, Any]

# https://docs.stripe.com/currencies: amounts in whole units, and in thousandths; all others in hundredths, isk and ugx too.
_WHOLE = frozenset(("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"))
_THOUSANDTHS = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
_MONTHS = {"month": Decimal(1), "year": Decimal(12), "week": Decimal(7 * 12) / 365, "day": Decimal(12) / 365}


def major(amount: int | str | Decimal | None, currency: str | None) -> float | None:
    """An amount in the currency's own unit; Stripe writes cents, but whole yen and thousandths of a dinar."""
    if amount is None:
        return None
    code = (currency or "").lower()
    return float(Decimal(amount) / (1 if code in _WHOLE else 1000 if code in _THOUSANDTHS else 100))


@dataclass(frozen=True, kw_only=True)
class MonthlyPrice:
    """What a subscription brings in a month.

    Attributes:
        mrr: in the currency's own unit, after those discounts that can be read.
        list_mrr: before discounts.
        plan: the item that brings most: the price's nickname, lookup key or product.
        is_fully_priced: whether every item has a unit amount.
        are_discounts_read: whether every discount was there in full, and not only as an id.
    """

    mrr: float
    list_mrr: float
    plan: str | None
    currency: str | None
    is_fully_priced: bool
    are_discounts_read: bool


def price_of(item: Record) -> Record:
    """The item's price, or its plan where the account's version of the API is older than prices."""
    found: Record = item.get("price") or item.get("plan") or {}
    return found


def _recurring(price: Record) -> Record:
    """The period: nested in a price, on the top of a plan."""
    return price.get("recurring") or price


def _months(price: Record) -> Decimal:
    recurring = _recurring(price)
    return _MONTHS[recurring.get("interval") or "month"] * int(recurring.get("interval_count") or 1)


def _unit_amount(price: Record) -> Decimal | None:
    """In minor units; `unit_amount_decimal` has fractions of a cent, `amount` is a plan's."""
    if _recurring(price).get("usage_type") == "metered":
        return None
    for name in ("unit_amount_decimal", "unit_amount", "amount_decimal", "amount"):
        if price.get(name) is not None:
            return Decimal(str(price[name]))
    return None


def _plan(price: Record) -> str | None:
    product = price.get("product")
    named = product.get("name") if isinstance(product, dict) else product
    return price.get("nickname") or price.get("lookup_key") or price.get("name") or named or price.get("id")


def _discounts(holder: Record) -> list[Any]:
    """The discounts of a subscription or item; `discount` is the older form, of one."""
    listed = holder.get("discounts")
    return list(listed) if listed else [holder["discount"]] if holder.get("discount") else []


def _less(amount: Decimal, discounts: list[Any], months: Decimal) -> Decimal:
    """A monthly amount after discounts, one upon the other, that last: a coupon for once does not change what recurs."""
    for discount in discounts:
        coupon = (discount.get("coupon") or {}) if isinstance(discount, dict) else {}
        if coupon.get("duration") == "once":
            continue
        if coupon.get("percent_off") is not None:
            amount *= 1 - Decimal(str(coupon["percent_off"])) / 100
        elif coupon.get("amount_off") is not None:
            amount -= Decimal(coupon["amount_off"]) / months
    return max(amount, Decimal(0))


def items_of(subscription: Record) -> list[Record]:
    """The subscription's items; an API of before 2018 knows one plan and quantity only."""
    listed: list[Record] = (subscription.get("items") or {}).get("data") or []
    return listed or ([{"plan": subscription["plan"], "quantity": subscription.get("quantity")}] if subscription.get("plan") else [])


@dataclass(frozen=True)
class _Item:
    price: Record
    months: Decimal
    list_amount: Decimal
    amount: Decimal


def _priced(items: list[Record]) -> Iterator[_Item]:
    for item in items:
        price = price_of(item)
        unit = _unit_amount(price)
        if unit is not None:
            months, quantity = _months(price), item.get("quantity")
            whole = unit * (1 if quantity is None else int(quantity)) / months
            yield _Item(price, months, whole, _less(whole, _discounts(item), months))


def monthly_price(subscription: Record) -> MonthlyPrice:
    """What the subscription brings in a month, as its own fields tell."""
    items = items_of(subscription)
    priced = list(_priced(items))
    currency = subscription.get("currency") or next((price_of(item).get("currency") for item in items), None)
    months = priced[0].months if priced else Decimal(1)
    after = _less(sum((item.amount for item in priced), Decimal(0)), _discounts(subscription), months)
    biggest = max(priced, key=lambda item: item.list_amount).price if priced else price_of(items[0]) if items else {}
    discounts = [*_discounts(subscription), *(discount for item in items for discount in _discounts(item))]
    return MonthlyPrice(
        mrr=major(after, currency) or 0.0,
        list_mrr=major(sum((item.list_amount for item in priced), Decimal(0)), currency) or 0.0,
        plan=_plan(biggest),
        currency=currency,
        is_fully_priced=len(priced) == len(items),
        are_discounts_read=all(isinstance(discount, dict) for discount in discounts),
    )
