"""What holds of churn and retention whoever came and went."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dbt_project.compiled_models import BOUNDED, CompiledModels, MartsInMemory, figures

pytestmark = pytest.mark.dbt
MARTS = ["churn_by_month", "fct_subscription_movements"]
CUSTOMERS = ["a", "b", "c", "d"]
IDENTITIES = [{"node": f"company:{customer}", "customer_key": customer} for customer in CUSTOMERS]
ATTRIBUTES = [{"customer_key": "a", "segment": "consumer", "country": "FI"}, {"customer_key": "b", "segment": "business", "country": "SE"}]
GIVEN = {
    "int_customer_identities": pa.schema({"node": pa.string(), "customer_key": pa.string()}),
    "int_customer_attributes": pa.schema({"customer_key": pa.string(), "segment": pa.string(), "country": pa.string()}),
}
START = datetime(2025, 11, 20)  # noqa: DTZ001 - validated rows hold naive UTC
Rows = list[dict[str, Any]]


@st.composite
def subscriptions(draw: st.DrawFn) -> Rows:
    """Up to fourteen subscriptions of four customers over six months, some of them open, of some cents."""
    rows = []
    for number in range(draw(st.integers(1, 14))):
        started_at = START + timedelta(days=draw(st.integers(0, 180)))
        days = draw(st.one_of(st.none(), st.integers(0, 120)))
        rows.append({
            "subscription_id": f"s{number}", "customer_id": draw(st.sampled_from(CUSTOMERS)),
            "plan": draw(st.sampled_from(["basic", "plus"])), "mrr": draw(st.integers(0, 9999)) / 100, "started_at": started_at,
            "ended_at": None if days is None else started_at + timedelta(days=days),
            "cancel_kind": draw(st.sampled_from([None, "involuntary"])), "_landed_at": "2026-05-20", "_window_end": "2026-05-20",
        })  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def marts(compiled: CompiledModels) -> MartsInMemory:
    return MartsInMemory(compiled, MARTS, given=GIVEN)


def _built(marts: MartsInMemory, rows: Rows) -> MartsInMemory:
    return marts.build({("files", "subscriptions"): rows}, {"int_customer_identities": IDENTITIES, "int_customer_attributes": ATTRIBUTES})


def _all(marts: MartsInMemory, rows: Rows) -> dict[str, Any]:
    _built(marts, rows)
    return {mart: figures(marts.ask(f"from {mart}")) for mart in MARTS}


def _cents(row: dict[str, Any], part: str) -> Decimal:
    return Decimal(str(row[part])).quantize(Decimal("0.0001"))


@BOUNDED
@given(rows=subscriptions())
def test_the_ladder_closes_to_the_cent_in_every_row_and_month(marts: MartsInMemory, rows: Rows) -> None:
    _built(marts, rows)
    for row in marts.ask("from churn_by_month"):
        up = sum((_cents(row, part) for part in ("opening_mrr", "new_mrr", "expansion_mrr", "reactivation_mrr")), Decimal(0))
        assert up - _cents(row, "contraction_mrr") - _cents(row, "churned_mrr") == _cents(row, "closing_mrr")
        customers = row["opening_customers"] + row["new_customers"] + row["reactivated_customers"] - row["churned_customers"]
        assert customers == row["closing_customers"]
        assert row["churned_customers"] == row["churned_voluntary"] + row["churned_involuntary"] <= row["opening_customers"]
        assert all(0 <= row[rate] <= 1 for rate in ("logo_churn_rate", "gross_mrr_churn_rate") if row[rate] is not None)
    months = marts.ask(
        """
        select month, sum(opening_mrr) as opens, sum(closing_mrr) as closes, sum(opening_customers) as first, sum(closing_customers) as last
        from churn_by_month group by month order by month
        """
    )
    for before, after in pairwise(months):
        assert after["opens"] == pytest.approx(before["closes"], abs=1e-6)
        assert after["first"] == before["last"]


@BOUNDED
@given(rows=subscriptions())
def test_a_month_closes_with_what_is_active_at_its_end(marts: MartsInMemory, rows: Rows) -> None:
    """The same figure without any movement: who has a subscription at the first instant of the month after."""
    _built(marts, rows)
    found = {row["month"]: row for row in marts.ask(
        "select month, sum(closing_mrr) as mrr, sum(closing_customers) as customers from churn_by_month group by month"
    )}  # fmt: skip
    for year, month in ((2025, 12), (2026, 1), (2026, 2), (2026, 3), (2026, 4)):
        end = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
        # a subscription that ends within the month's last day or on the next month's first instant is told in that month
        active = [
            row for row in rows
            if row["started_at"] < end and (row["ended_at"] is None or (row["ended_at"] >= end and row["ended_at"] > row["started_at"]))
        ]  # fmt: skip
        row = found.get(datetime(year, month, 1).date(), {"mrr": 0.0, "customers": 0})  # noqa: DTZ001
        assert row["mrr"] == pytest.approx(sum(each["mrr"] for each in active), abs=1e-6), (year, month)
        assert row["customers"] == len({each["customer_id"] for each in active})


@BOUNDED
@given(rows=subscriptions(), data=st.data())
def test_order_and_repetition_of_subscriptions_are_of_no_account(marts: MartsInMemory, rows: Rows, data: st.DataObject) -> None:
    fresh = _all(marts, rows)
    again = [{**row, "_landed_at": "2026-05-25", "_batch": "second"} for row in data.draw(st.lists(st.sampled_from(rows)))]
    assert _all(marts, data.draw(st.permutations([*rows, *again]))) == fresh
    # what first came open and is told to have ended later is as if it had been told at once
    open_first = [{**row, "ended_at": None} for row in rows]
    later = [{**row, "_landed_at": "2026-05-25", "_batch": "second"} for row in rows]
    _all(marts, open_first)
    assert _all(marts, [*open_first, *later]) == fresh


LIFETIMES = {"int_customer_lifetimes": pa.schema({"months": pa.int32(), "has_left": pa.bool_()})}


@pytest.fixture(scope="module")
def curve(compiled: CompiledModels) -> MartsInMemory:
    return MartsInMemory(compiled, ["retention_by_tenure"], given=LIFETIMES)


@BOUNDED
@given(months=st.lists(st.integers(0, 24), min_size=1, max_size=40))
def test_survival_with_nobody_censored_is_the_plain_share(curve: MartsInMemory, months: list[int]) -> None:
    curve.build({}, {"int_customer_lifetimes": [{"months": month, "has_left": True} for month in months]})
    for row in curve.ask("from retention_by_tenure"):
        assert row["survival"] == pytest.approx(sum(month > row["months_since"] for month in months) / len(months), abs=1e-9)


@BOUNDED
@given(stays=st.lists(st.tuples(st.integers(0, 24), st.booleans()), min_size=1, max_size=40))
def test_survival_falls_and_whoever_is_censored_lowers_nothing(curve: MartsInMemory, stays: list[tuple[int, bool]]) -> None:
    curve.build({}, {"int_customer_lifetimes": [{"months": month, "has_left": left} for month, left in stays]})
    found = curve.ask("from retention_by_tenure order by months_since")
    survival = [row["survival"] for row in found]
    assert all(0 <= value <= 1 for value in survival)
    assert survival == sorted(survival, reverse=True)
    assert sum(row["churned"] + row["censored"] for row in found) == len(stays) == found[0]["at_risk"]
    for row, before in zip(found, [1.0, *survival], strict=False):
        assert (row["survival"] < before) == (row["churned"] > 0 and before > 0)
