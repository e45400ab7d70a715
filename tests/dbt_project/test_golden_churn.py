"""Worked examples of churn, each a plan of its own, from subscriptions through the models' own SQL; and their published mistakes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory

pytestmark = pytest.mark.dbt
BEFORE, WITHIN, NEXT = "2026-03-10", "2026-04-10", "2026-04-20"
Subscriptions = Iterator[dict[str, Any]]


def _customer(plan: str, name: str, *stays: tuple[float, str, str | None]) -> Subscriptions:
    for number, (mrr, started_at, ended_at) in enumerate(stays):
        yield {
            "subscription_id": f"{plan}-{name}-{number}", "customer_id": f"{plan}-{name}", "plan": plan, "mrr": float(mrr),
            "started_at": started_at, "ended_at": ended_at,
        }  # fmt: skip


def _rows() -> Subscriptions:
    # ChartMogul: 100 of opening MRR, 10 churned, 10 contracted, 10 expanded
    yield from _customer("chartmogul", "leaves", (10, BEFORE, WITHIN))
    yield from _customer("chartmogul", "smaller", (20, BEFORE, WITHIN), (10, WITHIN, None))
    yield from _customer("chartmogul", "greater", (20, BEFORE, WITHIN), (30, WITHIN, None))
    yield from _customer("chartmogul", "stays", (50, BEFORE, None))
    # the formula of its daily variant: from 100 to 120, 10 of it new
    yield from _customer("daily", "greater", (100, BEFORE, WITHIN), (110, WITHIN, None))
    yield from _customer("daily", "new", (10, WITHIN, None))
    # 300,000 at the start, 250,000 at the end, 70,000 of expansion within it
    yield from _customer("embragen", "leaves", (120_000, BEFORE, WITHIN))
    yield from _customer("embragen", "greater", (180_000, BEFORE, WITHIN), (250_000, WITHIN, None))
    # 100 customers, of whom 5 leave; 2 come and go within the month; 3 come back
    for number in range(100):
        yield from _customer("logo", f"opening-{number}", (1, BEFORE, WITHIN if number < 5 else None))
    for number in range(2):
        yield from _customer("logo", f"guest-{number}", (1, WITHIN, NEXT))
    for number in range(3):
        yield from _customer("logo", f"returns-{number}", (1, "2026-01-10", "2026-02-10"), (1, WITHIN, None))
    # P21: 90 at the start, 110 at the end, 5 leavers
    for number in range(90):
        yield from _customer("turnover", f"opening-{number}", (1, BEFORE, WITHIN if number < 5 else None))
    for number in range(25):
        yield from _customer("turnover", f"new-{number}", (1, WITHIN, None))


@pytest.fixture(scope="module")
def built(compiled: CompiledModels) -> MartsInMemory:
    return MartsInMemory(compiled, ["churn_by_month"]).build({("files", "subscriptions"): list(_rows())})


def _april(built: MartsInMemory, plan: str) -> dict[str, Any]:
    return built.one(f"from churn_by_month where month = '2026-04-01' and plan = '{plan}'")


def test_gross_and_net_as_chartmogul_prints_them(built: MartsInMemory) -> None:
    row = _april(built, "chartmogul")
    assert (row["opening_mrr"], row["churned_mrr"], row["contraction_mrr"], row["expansion_mrr"]) == (100, 10, 10, 10)
    assert (row["gross_mrr_churn_rate"], row["net_mrr_churn_rate"]) == (0.2, 0.1)


def test_new_business_is_in_no_rate(built: MartsInMemory) -> None:
    row = _april(built, "daily")
    assert (row["opening_mrr"], row["closing_mrr"], row["new_mrr"]) == (100, 120, 10)
    assert row["net_mrr_churn_rate"] == pytest.approx(-0.1), "1 - (120 - 10) / 100"


def test_the_example_that_can_be_read_in_two_ways(built: MartsInMemory) -> None:
    """Read as it is written, the end holds the expansion; embragen.com.br takes it off once more and prints -6.6 percent, truncated."""
    row = _april(built, "embragen")
    assert (row["opening_mrr"], row["closing_mrr"], row["expansion_mrr"]) == (300_000, 250_000, 70_000)
    assert (row["gross_mrr_churn_rate"], row["net_mrr_churn_rate"]) == (0.4, pytest.approx(1 / 6))
    theirs = (row["opening_mrr"] - row["closing_mrr"] - row["expansion_mrr"]) / row["opening_mrr"]
    assert theirs == pytest.approx(-0.066667, abs=5e-7)
    assert theirs != -0.066


def test_logo_churn_is_of_who_was_there_at_the_opening(built: MartsInMemory) -> None:
    row = _april(built, "logo")
    assert (row["opening_customers"], row["churned_customers"], row["reactivated_customers"]) == (100, 5, 3)
    assert row["logo_churn_rate"] == 0.05
    assert row["logo_churn_rate"] not in (0.07, 0.02), "who came and went would make it 7 %, who came back 2 %"


def test_a_mean_base_is_had_from_the_parts(built: MartsInMemory) -> None:
    row = _april(built, "turnover")
    assert (row["opening_customers"], row["closing_customers"], row["churned_customers"]) == (90, 110, 5)
    assert row["churned_customers"] / ((row["opening_customers"] + row["closing_customers"]) / 2) == 0.05
    assert row["logo_churn_rate"] == pytest.approx(5 / 90), "ours is of the opening base"
