"""Churn and movements: each kind of move, and three data sets whose answers are known."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory
from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt
MARTS = ["churn_by_month", "fct_subscription_movements"]
SUBSCRIPTIONS = ["subscription_id", "customer_id", "plan", "mrr", "started_at", "ended_at", "cancel_kind"]


def _subscriptions(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(SUBSCRIPTIONS, row, strict=False)) for row in rows]


ROWS = {
    ("files", "customers"): [
        {"customer_id": "two", "email": "two@example.org", "segment": "business", "country": "FI"},
        {"customer_id": "two-again", "email": "TWO@example.org"},
        {"customer_id": "payer", "segment": "consumer", "country": "SE"},
    ],
    ("files", "subscriptions"): _subscriptions(
        # one person under two ids: one of two subscriptions ends
        ("s01", "two", "plus", 20.10, "2026-01-15", None),
        ("s02", "two-again", "basic", 10.20, "2026-01-20", "2026-03-10", "voluntary"),
        # a payment failed after another subscription had been given up
        ("s03", "payer", "basic", 10.00, "2026-01-01", "2026-03-05", "voluntary"),
        ("s04", "payer", "plus", 20.00, "2026-01-01", "2026-03-25", " Involuntary "),
        # an annual plan given up in February runs to the end of its period
        ("s05", "annual", "annual", 8.33, "2025-03-20", "2026-03-20", None),
        # moves to a smaller plan, then leaves as April begins: that is April's loss
        ("s06", "smaller", "plus", 20.00, "2026-01-05", "2026-03-02"),
        ("s07", "smaller", "basic", 10.00, "2026-03-02", "2026-04-01"),
        # comes back after a pause; a pause within the month is none
        ("s08", "returns", "basic", 10.00, "2026-01-05", "2026-01-30"),
        ("s09", "returns", "plus", 20.00, "2026-03-05", None),
        ("s10", "pauses", "basic", 10.00, "2026-01-05", "2026-03-03"),
        ("s11", "pauses", "basic", 10.00, "2026-03-20", None),
        # came and went in March; a free customer; a subscription that never was; one that starts later
        ("s12", "guest", "basic", 10.00, "2026-03-02", "2026-03-30"),
        ("s13", "free", "free", 0.00, "2026-03-02", None),
        ("s14", "never", "basic", 10.00, "2026-03-02", "2026-03-02"),
        ("s15", "later", "basic", 10.00, "2026-04-20", None),
    ),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    return SmallWarehouse(tmp_path_factory.mktemp("churn") / "Ann's", ROWS, marts=MARTS, as_of="2026-04-20")


def test_movements_of_march(warehouse: SmallWarehouse) -> None:
    moves = warehouse.ask(
        """
        select movement, plan, segment, country, mrr_change, churn_kind
        from fct_subscription_movements where month = '2026-03-01' order by all
        """
    )
    assert [tuple(move.values()) for move in moves] == [
        ("churn", "annual", "unknown", "unknown", -8.33, "voluntary"),
        ("churn", "plus", "consumer", "SE", -30.0, "involuntary"),
        ("contraction", "plus", "business", "FI", -10.2, None),
        ("contraction", "plus", "unknown", "unknown", -10.0, None),
        ("new", "free", "unknown", "unknown", 0.0, None),
        ("reactivation", "plus", "unknown", "unknown", 20.0, None),
    ]


def test_ladder_of_march(warehouse: SmallWarehouse) -> None:
    ladder = warehouse.one(
        """
        select
            sum(opening_customers) as opening, sum(new_customers) as new, sum(reactivated_customers) as reactivated,
            sum(churned_customers) as churned, sum(churned_involuntary) as involuntary, sum(closing_customers) as closing,
            sum(opening_mrr) as opening_mrr, sum(churned_mrr) as churned_mrr, sum(contraction_mrr) as contraction_mrr,
            sum(reactivation_mrr) as reactivation_mrr, sum(closing_mrr) as closing_mrr
        from churn_by_month where month = '2026-03-01'
        """
    )
    assert ladder == pytest.approx(
        {
            "opening": 5,
            "new": 1,
            "reactivated": 1,
            "churned": 2,
            "involuntary": 1,
            "closing": 5,
            "opening_mrr": 98.63,
            "churned_mrr": 38.33,
            "contraction_mrr": 20.2,
            "reactivation_mrr": 20.0,
            "closing_mrr": 60.1,
        }
    )


def test_an_end_on_the_first_instant_is_that_months_loss(warehouse: SmallWarehouse) -> None:
    april = warehouse.ask("select movement, plan, mrr_change from fct_subscription_movements where month = '2026-04-01'")
    assert april == [{"movement": "churn", "plan": "basic", "mrr_change": -10.0}]


def test_a_plans_ladder_closes_under_the_plan_it_opened_with(warehouse: SmallWarehouse) -> None:
    row = warehouse.one("from churn_by_month where month = '2026-03-01' and plan = 'plus' and segment = 'unknown'")
    assert (row["opening_customers"], row["reactivated_customers"], row["closing_customers"]) == (1, 1, 2)
    assert (row["opening_mrr"], row["contraction_mrr"], row["reactivation_mrr"], row["closing_mrr"]) == (20, 10, 20, 30)
    assert (row["logo_churn_rate"], row["gross_mrr_churn_rate"], row["net_mrr_churn_rate"]) == (0, 0.5, -0.5)


def test_nobody_at_the_opening_has_no_rate(warehouse: SmallWarehouse) -> None:
    row = warehouse.one(
        """
        select logo_churn_rate, gross_mrr_churn_rate, net_mrr_churn_rate
        from churn_by_month where plan = 'free' and month = '2026-03-01'
        """
    )
    assert set(row.values()) == {None}


def test_months_run_to_the_reporting_date_and_are_final_after_the_grace(warehouse: SmallWarehouse) -> None:
    months = warehouse.ask("select month, status from churn_by_month group by all order by month")
    assert (months[0]["month"], months[-1]["month"]) == (date(2025, 3, 1), date(2026, 4, 1))
    assert [row["status"] for row in months[-3:]] == ["final", "provisional", "provisional"]


def _periods(folder: Path) -> list[dict[str, Any]]:
    with (folder / "subscription_periods.csv").open(newline="") as file:
        return _subscriptions(
            *(
                (
                    row["subscription_id"],
                    row["customer_id"],
                    row["customer_id"],
                    float(row["monthly_amount"]),
                    row["start_date"],
                    row["end_date"],
                )
                for row in csv.DictReader(file)
            )
        )


REFERENCE_NAMES = {"upgrade": "expansion", "downgrade": "contraction"}


def _reference(folder: Path) -> set[tuple[str, str, str, float]]:
    with (folder / "reference_mrr_rows.csv").open(newline="") as file:
        return {
            (
                row["customer_id"],
                row["date_month"],
                REFERENCE_NAMES.get(row["change_category"], row["change_category"]),
                float(row["mrr_change"]),
            )
            for row in csv.DictReader(file)
            if row["change_category"]
        }


def test_the_mrr_playbook_but_for_its_two_mistakes(tmp_path: Path, shared: Path) -> None:
    folder = shared / "data" / "mrr_playbook"
    built = SmallWarehouse(
        tmp_path / "kuulo", {("files", "subscriptions"): _periods(folder)}, marts=MARTS, as_of="2020-02-01", data_tests=False
    )
    moves = built.ask("select plan, month, movement, mrr_change from fct_subscription_movements")
    ours = {(move["plan"], move["month"].isoformat(), move["movement"], move["mrr_change"]) for move in moves}
    reference = _reference(folder)
    assert len(ours) == len(moves) == 167 - 4 + 6
    assert ours - reference == {  # customers before 2018 are there
        ("2", "2017-09-01", "new", 25.0),
        ("2", "2017-11-01", "churn", -25.0),
        ("3", "2017-09-01", "new", 50.0),
        ("3", "2017-10-01", "churn", -50.0),
        ("4", "2017-10-01", "new", 25.0),
        ("4", "2017-11-01", "churn", -25.0),
    }
    ends_with_the_data = reference - ours
    assert {(month, movement) for _, month, movement, _ in ends_with_the_data} == {("2020-02-01", "churn")}
    assert (len(ends_with_the_data), sum(change for *_, change in ends_with_the_data)) == (4, -175)


def test_the_telecom_customers_give_the_published_churn(compiled: CompiledModels, shared: Path) -> None:
    with (shared / "data" / "telco" / "Telco-Customer-Churn.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = _subscriptions(
            *(
                (row["customerID"], row["customerID"], row["Contract"], float(row["MonthlyCharges"]), "2026-04-10", ended)
                for row in csv.DictReader(file)
                for ended in ["2026-05-15" if row["Churn"] == "Yes" else None]
            )
        )
    telco = MartsInMemory(compiled, MARTS).build({("files", "subscriptions"): rows})
    month = "from churn_by_month where month = '2026-05-01'"
    assert telco.one(f"select sum(churned_customers) as churned, sum(opening_customers) as opening {month}") == {
        "churned": 1869,
        "opening": 7043,
    }
    money = telco.one(f"select round(sum(churned_mrr), 2) as churned, round(sum(opening_mrr), 2) as opening {month}")
    assert money == {"churned": 139130.85, "opening": 456116.6}
    assert money["churned"] / money["opening"] == pytest.approx(0.305034, abs=5e-7)
    by_plan = telco.ask(f"select plan, churned_customers, opening_customers, round(logo_churn_rate, 6) as rate {month} order by plan")
    assert [tuple(row.values()) for row in by_plan] == [
        ("Month-to-month", 1655, 3875, 0.427097),
        ("One year", 166, 1473, 0.112695),
        ("Two year", 48, 1695, 0.028319),
    ]
