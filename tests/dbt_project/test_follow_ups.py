"""Follow-ups from rows to mart: who is owed an answer, by when, and what came of it; and what a wrong rule does."""

from datetime import datetime
from typing import Any

import duckdb
import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt


def _answer(customer: str | None, metric: str, scale: str, score: float, at: str) -> dict[str, Any]:
    """One answer; those of a customer at one instant are one response."""
    given = {"response_id": f"{customer}-{at}", "question_id": metric, "metric": metric, "scale": scale, "score": score}
    return {**given, "submitted_at": at, "survey_id": "paper", "customer_id": customer}


def _contact(number: int, customer: str, at: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": f"k{number}", "customer_id": customer, "channel": "phone", "opened_at": at, **more}


# Fridays: 1 and 29 May; the desk is open on weekdays from 8 to 17 UTC, so 48 business hours are five days and three hours
ANSWERS = [
    _answer("reached", "nps", "0-10", 6, "2026-05-01T16:00:00"),
    _answer("reached", "nps", "0-10", 9, "2026-05-20T10:00:00"),
    _answer("waits", "csat", "1-5", 3, "2026-05-05T20:00:00"),
    _answer("waits", "ces", "1-7", 2, "2026-05-05T20:00:00"),
    _answer("young", "csat", "1-5", 1, "2026-05-29T10:00:00"),
    _answer(None, "nps", "0-10", 0, "2026-05-05T10:00:00"),
    _answer("late", "csat", "thumbs", 0, "2026-05-04T10:00:00"),
    _answer("edge", "ces", "ces1_1-5_low_good", 4, "2026-05-04T08:00:00"),
    _answer("again", "nps", "0-10", 3, "2026-05-04T10:00:00"),
    _answer("again", "nps", "0-6", 4, "2026-05-06T10:00:00"),
    _answer("big", "nps", "1-10", 1, "2026-05-04T10:00:00"),
    _answer("content", "nps", "0-10", 7, "2026-05-04T10:00:00"),
    _answer("content", "csat", "1-5", 4, "2026-05-04T10:00:00"),
    _answer("content", "ces", "1-7", 4, "2026-05-04T10:00:00"),
    _answer("content", "emotion", "1-5", 1, "2026-05-04T10:00:00"),
]
CONTACTS = [
    _contact(1, "reached", "2026-05-01T09:00:00", direction="outbound", is_resolved=True),
    _contact(2, "reached", "2026-05-04T09:00:00", direction="outbound", talk_seconds=600, is_resolved=True),
    _contact(3, "reached", "2026-05-03T09:00:00", direction="outbound", is_abandoned=True),
    _contact(4, "waits", "2026-05-06T09:00:00", is_bot=True, is_resolved=True),
    _contact(5, "waits", "2026-05-06T10:00:00", is_abandoned=True),
    _contact(6, "waits", "2026-05-06T11:00:00"),
    _contact(7, "late", "2026-05-12T09:00:00", wait_seconds=90, is_resolved=False),
    _contact(8, "edge", "2026-05-04T08:00:00", direction="outbound"),
    _contact(9, "edge", "2026-05-11T11:00:00", direction="outbound"),
    _contact(10, "again", "2026-05-03T10:00:00", first_reply_at="2026-05-05T10:00:00", resolved_at="2026-05-08T10:00:00", is_resolved=True),
]
ROWS = {
    ("files", "survey_answers"): ANSWERS,
    ("files", "contacts"): CONTACTS,
    ("files", "customers"): [{"customer_id": "big", "segment": "Enterprise", "created_at": "2026-01-01"}],
    ("files", "subscriptions"): [
        {"subscription_id": "s1", "customer_id": "reached", "plan": "p", "mrr": 10.0, "started_at": "2026-01-01", "ended_at": "2026-05-15"},
        {"subscription_id": "s2", "customer_id": "reached", "plan": "p", "mrr": 2.5, "started_at": "2026-04-01"},
        {"subscription_id": "s3", "customer_id": "reached", "plan": "p", "mrr": 99.0, "started_at": "2026-05-02"},
    ],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    return SmallWarehouse(tmp_path_factory.mktemp("follow_ups") / "kuulo", ROWS, marts=["follow_ups"], as_of="2026-06-01")


@pytest.fixture(scope="module")
def cases(warehouse: SmallWarehouse) -> dict[tuple[str, float], dict[str, Any]]:
    """Cases by metric and score; no two are alike."""
    found = warehouse.ask("from follow_ups")
    return {(row["metric"], row["score"]): row for row in found}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_who_is_owed_an_answer_by_whom_and_where_it_stands(cases: dict[tuple[str, float], dict[str, Any]]) -> None:
    found = {key: (row["rules"], row["owner"], row["status"]) for key, row in cases.items()}
    assert found == {
        ("nps", 6.0): ("detractor", "Customer Care", "closed"),
        ("csat", 3.0): ("dissatisfied; high_effort", "Customer Care", "overdue"),
        ("csat", 1.0): ("dissatisfied", "Customer Care", "open"),
        ("nps", 0.0): ("detractor", "Customer Care", "anonymous"),
        ("csat", 0.0): ("dissatisfied", "Customer Care", "contacted"),
        ("ces", 4.0): ("high_effort", "Customer Care", "contacted"),
        ("nps", 3.0): ("detractor", "Customer Care", "closed"),
        ("nps", 4.0): ("detractor", "Customer Care", "overdue"),
        ("nps", 1.0): ("detractor", "Key Accounts", "overdue"),
    }


def test_a_case_that_was_seen_to_in_time(cases: dict[tuple[str, float], dict[str, Any]]) -> None:
    case = cases["nps", 6.0]
    assert case["due_at"] == _at("2026-05-11T10:00:00")
    assert case["first_contacted_at"] == _at("2026-05-04T09:00:00")
    assert (case["is_first_contact_outbound"], case["first_contact_hours"], case["first_contact_business_hours"]) == (True, 65.0, 2.0)
    assert case["closed_at"] == _at("2026-05-04T09:10:00")
    assert case["is_contacted_within_sla"] is True
    assert (case["recovered_score"], case["recovered_at"], case["is_recovered"]) == (9.0, _at("2026-05-20T10:00:00"), True)
    assert case["mrr_at_risk"] == 12.5  # what was paid at the answer, though most of it is gone by now


def test_neither_bots_nor_abandoned_calls_nor_silence_reach_anybody(cases: dict[tuple[str, float], dict[str, Any]]) -> None:
    case = cases["csat", 3.0]
    assert (case["due_at"], case["first_contacted_at"]) == (_at("2026-05-13T11:00:00"), None)
    assert (case["is_contacted_within_sla"], case["mrr_at_risk"]) == (False, 0.0)


def test_the_edges_of_the_time_allowed(cases: dict[tuple[str, float], dict[str, Any]]) -> None:
    on_time, late = cases["ces", 4.0], cases["csat", 0.0]
    assert on_time["due_at"] == on_time["first_contacted_at"] == _at("2026-05-11T11:00:00")
    assert (on_time["is_contacted_within_sla"], on_time["closed_at"]) == (True, None)
    assert (late["due_at"], late["first_contacted_at"]) == (_at("2026-05-11T13:00:00"), _at("2026-05-12T09:01:30"))
    assert (late["is_contacted_within_sla"], late["is_first_contact_outbound"]) == (False, False)


def test_the_next_answer_of_the_metric_may_be_no_better_and_on_another_scale(cases: dict[tuple[str, float], dict[str, Any]]) -> None:
    first, second = cases["nps", 3.0], cases["nps", 4.0]
    assert (first["recovered_score"], first["recovered_scale"], first["is_recovered"]) == (4.0, "0-6", False)
    assert (first["score_100"], first["recovered_score_100"]) == (30.0, pytest.approx(400 / 6))
    assert first["first_contacted_at"] == _at("2026-05-05T10:00:00")
    assert (second["recovered_score"], second["is_recovered"], second["first_contacted_at"]) == (None, None, None)


def test_open_and_overdue_cases_stay_in_the_denominator(warehouse: SmallWarehouse) -> None:
    totals = warehouse.one(
        "select count(*) as cases, count(is_contacted_within_sla) as judged, "
        "count(*) filter (where is_contacted_within_sla) as in_time from follow_ups"
    )
    assert totals == {"cases": 9, "judged": 8, "in_time": 3}


def _tests_that_fail_with(warehouse: SmallWarehouse, row: str) -> list[str]:
    """The seed's own data tests, as dbt compiled them, over the seed with one row more."""
    tests = warehouse.settings.home / "dbt/target/duckdb/compiled/kuulo/seeds/_follow_up_seeds.yml"
    values = [cell or None for cell in row.split(",")]
    with duckdb.connect(str(warehouse.settings.home / "warehouse.duckdb")) as connection:
        connection.execute("begin")
        connection.execute(f"insert into seeds.follow_up_rules values ({', '.join('?' * len(values))})", values)
        found = [path.stem for path in sorted(tests.glob("*.sql")) if connection.execute(path.read_text()).fetchall()]
        connection.execute("rollback")
    return found


def test_the_rules_that_come_with_the_project_are_right(warehouse: SmallWarehouse) -> None:
    assert _tests_that_fail_with(warehouse, "x,nps,0-5,,0,2,,1,Care,,2020-01-01,,why") == []


@pytest.mark.parametrize(
    ("wrong_row", "test_that_fails"),
    [
        ("x,nps,,,,,,1,Care,,2020-01-01,,why", "assert_a_follow_up_rule_names_a_box_or_scores_of_a_scale"),
        ("x,nps,,,0,6,,1,Care,,2020-01-01,,scores without a scale", "assert_a_follow_up_rule_names_a_box_or_scores_of_a_scale"),
        ("x,nps,,unsatisfied,,,,1,Care,,2020-01-01,,why", "assert_a_follow_up_box_is_one_of_its_metric"),
        ("x,nps,0-9,,0,6,,1,Care,,2020-01-01,,why", "assert_a_follow_up_scale_is_known"),
        ("x,ncs,,detractor,,,,1,Care,,2020-01-01,,why", "assert_a_follow_up_metric_is_known"),
        ("x,nps,,detractor,,,home,1,Care,0,2020-01-01,,why", "assert_a_follow_up_rule_leaves_time_and_ends_after_it_begins"),
        ("x,nps,,detractor,,,,1,Care,,2020-01-01,2020-01-01,why", "assert_a_follow_up_rule_leaves_time_and_ends_after_it_begins"),
        ("x,nps,,detractor,,,,1,ann@example.org,,2020-01-01,,why", "assert_a_follow_up_owner_is_no_address"),
        ("x,nps,,detractor,,,,1,,,2020-01-01,,why", "assert_a_follow_up_rule_is_whole"),
        ("x,nps,,detractor,,,,1,Care,,2000-01-01,,why", "assert_a_follow_up_rule_stands_once"),
    ],
)
def test_a_wrong_rule_fails_the_test_that_names_it(warehouse: SmallWarehouse, wrong_row: str, test_that_fails: str) -> None:
    failed = _tests_that_fail_with(warehouse, wrong_row)
    assert test_that_fails in failed
