"""Retention: published Kaplan-Meier tables come out of the models' own SQL, and stays are told from subscriptions."""

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import CHECKOUT
from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt

ROWS = {
    ("files", "subscriptions"): [
        dict(zip(("subscription_id", "customer_id", "plan", "mrr", "started_at", "ended_at"), row, strict=False))
        for row in [
            # January: one stays, one leaves in March, one leaves in February and comes back, one was a guest, one pauses within a month
            ("s1", "stays", "basic", 10, "2026-01-03", None),
            ("s2", "leaves", "basic", 10, "2026-01-31", "2026-03-10"),
            ("s3", "returns", "basic", 10, "2026-01-10", "2026-02-10"),
            ("s4", "returns", "basic", 10, "2026-04-10", None),
            ("s5", "guest", "basic", 10, "2026-01-10", "2026-01-20"),
            ("s6", "pauses", "basic", 10, "2026-01-10", "2026-03-01"),
            ("s7", "pauses", "basic", 10, "2026-03-20", None),
            # a second subscription keeps the customer when the first ends
            ("s8", "two", "basic", 10, "2026-02-10", "2026-03-10"),
            ("s9", "two", "plus", 20, "2026-03-01", None),
            # leaves in the month that is not over, and joins in it: neither can be told yet
            ("s10", "late", "basic", 10, "2026-02-10", "2026-05-10"),
            ("s11", "young", "basic", 10, "2026-05-02", None),
        ]
    ]
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home = tmp_path_factory.mktemp("retention") / "kuulo"
    return SmallWarehouse(home, ROWS, marts=["retention_by_cohort", "retention_by_tenure"], as_of="2026-05-20")


def test_cohorts_are_counted_from_their_subscriptions(warehouse: SmallWarehouse) -> None:
    found = warehouse.ask(
        "select cohort_month, months_since, customers, at_risk, churned, censored, retained, survival from retention_by_cohort order by all"
    )
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert [tuple(row.values()) for row in found] == [
        (january, 0, 5, 5, 1, 0, 4, 0.8),
        (january, 1, 5, 4, 1, 0, 3, pytest.approx(0.6, abs=1e-12)),
        (january, 2, 5, 3, 1, 0, 2, pytest.approx(0.4, abs=1e-12)),
        (january, 3, 5, 2, 0, 2, 2, pytest.approx(0.4, abs=1e-12)),
        (february, 0, 2, 2, 0, 0, 2, 1.0),
        (february, 1, 2, 2, 0, 0, 2, 1.0),
        (february, 2, 2, 2, 0, 2, 2, 1.0),
    ]


def test_all_cohorts_together_are_one_curve(warehouse: SmallWarehouse) -> None:
    found = warehouse.ask("select months_since, customers, at_risk, churned, censored, survival from retention_by_tenure order by 1")
    assert [tuple(row.values())[:5] for row in found] == [(0, 7, 7, 1, 0), (1, 7, 6, 1, 0), (2, 7, 5, 1, 2), (3, 7, 2, 0, 2)]
    assert found[-1]["survival"] == pytest.approx(6 / 7 * 5 / 6 * 4 / 5, abs=1e-12)


@pytest.fixture(scope="module")
def curve(warehouse: SmallWarehouse) -> Any:
    """The compiled model over lifetimes that a test gives: the SQL is the mart's own."""
    compiled = warehouse.settings.home / "dbt/target/duckdb/compiled/kuulo/models/marts/metrics/retention_by_tenure.sql"
    sql = re.sub(r'\S*"int_customer_lifetimes"', "given_lifetimes", compiled.read_text())

    def of(lifetimes: Iterable[tuple[int, bool]]) -> dict[int, tuple[float, float | None, int, int]]:
        given = list(lifetimes)
        with duckdb.connect() as connection:
            connection.execute("create table given_lifetimes (months integer, has_left boolean)")
            if given:
                connection.executemany("insert into given_lifetimes values (?, ?)", given)
            rows = connection.execute(f"select months_since, survival, survival_se, at_risk, churned from ({sql})").fetchall()
        return {row[0]: row[1:] for row in rows}

    return of


def _golden(shared: Path) -> list[dict[str, Any]]:
    return json.loads((shared / "data" / "golden_metrics.json").read_text())["km"]


def _median(curve: dict[int, tuple[float, float | None, int, int]]) -> int | None:
    """The first month by which half have left, as R and lifelines tell it; none where fewer have."""
    return min((t for t, (survival, *_) in curve.items() if survival <= 0.5), default=None)


def test_the_tables_that_r_prints_of_the_aml_data(curve: Any, shared: Path) -> None:
    maintained, nonmaintained = _golden(shared)[:2]
    for group, digits in ((maintained, 3), (nonmaintained, 4)):
        found = curve((t, bool(e)) for t, e in group["t_e"])
        for t, at_risk, churned, survival, *error in group["table"]:
            assert (round(found[t][0], digits), *found[t][2:]) == (survival, at_risk, churned), (group["group"], t)
            if error:
                assert round(found[t][1], 4) == error[0]
        assert _median(found) == group["median"]


def test_the_table_that_bewick_and_others_print(curve: Any, shared: Path) -> None:
    bewick = _golden(shared)[2]
    found = curve((t, bool(e)) for t, e in bewick["t_e"])
    assert {t: round(found[t][0], 4) for t, _ in bewick["S"]} == dict(bewick["S"])
    assert found[22][1] is None


def test_the_curves_that_lifelines_checks_against_r(curve: Any) -> None:
    """lifelines, tests/test_estimation.py, test_kmf_survival_curve_output_against_R (data set g3: RIT and control)."""
    rit = [
        (53, True),
        (28, False),
        (69, False),
        (58, False),
        (54, False),
        (25, True),
        (51, False),
        (61, False),
        (57, False),
        (57, False),
        (50, False),
    ]
    control = [(34, True), (32, True), (9, True), (19, True), (50, False), (48, False)]
    found = curve(rit)
    assert [round(found[t][0], 3) for t in (25, 53)] == [0.909, 0.779]
    found = curve(control)
    assert [round(found[t][0], 3) for t in (9, 19, 32, 34)] == [0.833, 0.667, 0.5, 0.333]


def test_the_telco_curves(curve: Any, shared: Path) -> None:
    golden = json.loads((shared / "data" / "golden_metrics.json").read_text())
    for name, place, digits in (("telco_tenure_churned_retained_all", 4, 6), ("telco_tenure_churned_retained_m2m_internet", 3, 4)):
        lifetimes = [
            (t, left) for t, churned, retained in golden[name] for left, count in ((True, churned), (False, retained)) for _ in range(count)
        ]
        found = curve(lifetimes)
        assert {t: round(found[int(t)][0], digits) for t in golden["km"][place]["S"]} == golden["km"][place]["S"]
        assert _median(found) == golden["km"][place]["median"]


def test_nobody_censored_is_the_plain_share(curve: Any) -> None:
    found = curve((t, True) for t in (1, 1, 2, 5, 5, 5, 7, 9))
    assert [found[t][0] for t in (0, 1, 2, 5, 7, 9)] == pytest.approx([1, 6 / 8, 5 / 8, 2 / 8, 1 / 8, 0], abs=1e-12)


def test_no_customers_no_rows(curve: Any) -> None:
    assert curve([]) == {}


def test_the_checkout_has_one_formula() -> None:
    using = [path.name for path in (CHECKOUT / "dbt_project" / "models").rglob("*.sql") if "kaplan_meier(" in path.read_text()]
    assert sorted(using) == ["retention_by_cohort.sql", "retention_by_tenure.sql"]
