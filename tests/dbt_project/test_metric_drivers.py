"""Drivers: what is known of a customer before the answer, and that their shares come out of the whole project."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import duckdb
import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt

AS_OF = "2026-09-01"
ANSWERED = datetime(2026, 8, 1, 12, tzinfo=UTC)


def _answer(number: int, metric: str, score: float, customer: str, at: datetime | str, **more: object) -> dict[str, Any]:
    scale = {"nps": "0-10", "csat": "1-5", "ces": "1-7"}[metric]
    return {
        "response_id": f"r{number}", "question_id": f"{metric}-{number}", "metric": metric, "scale": scale, "score": score,
        "submitted_at": str(at), "survey_id": "s", "customer_id": customer, "is_finished": True,
    } | more  # fmt: skip


def _contact(number: int, customer: str, days_before: float, **more: object) -> dict[str, Any]:
    opened = ANSWERED - timedelta(days=days_before)
    return {"contact_id": f"c{number}", "customer_id": customer, "channel": "phone", "opened_at": str(opened), "topic": f"t{number}"} | more


# What is known of one customer, with what must not count beside it.
ANN = {
    ("files", "survey_answers"): [
        _answer(1, "nps", 3, "ann", "2026-07-01"),  # not the last
        _answer(2, "nps", 8, "ann", ANSWERED),
        _answer(3, "nps", 6, "ann", "2026-08-20", scale="0-6"),  # another instrument
        _answer(4, "csat", 2, "ann", ANSWERED, response_id="r2"),  # in the same survey
        _answer(5, "csat", 5, "ann", "2026-07-01"),
        _answer(6, "csat", 4, "ann", "2026-08-15"),  # after the answer; the last CSAT itself
        _answer(7, "ces", 4, "ann", "2026-07-15"),
        _answer(8, "nps", 9, "bob", "2025-08-31"),  # more than a year ago
        _answer(9, "nps", 10, "cem", "2026-08-30"),  # of whom nothing else is known
    ],
    ("files", "contacts"): [
        _contact(1, "ann", 10, wait_seconds=60, first_reply_at="2026-07-22 12:20:00", is_resolved=True),
        _contact(2, "ann", 8, topic="t1", wait_seconds=30, is_resolved=True, resolved_at=str(ANSWERED + timedelta(days=1)), reopen_count=2),
        # replied to after the answer
        _contact(3, "ann", 90, is_resolved=False, first_reply_at=str(ANSWERED + timedelta(days=1))),
        _contact(4, "ann", 91, is_resolved=True),
        _contact(5, "ann", -1, is_resolved=True),
        _contact(6, "ann", 5, direction="outbound", is_resolved=True),
    ],
    ("files", "usage_events"): [
        {"event_id": f"e{number}", "customer_id": "ann", "event_name": "open", "occurred_at": at}
        for number, at in enumerate(["2026-07-01 23:59:59", "2026-07-02 00:00:00", "2026-07-31 23:59:59", "2026-08-01 00:00:00"])
    ],
    ("files", "subscriptions"): [
        {"subscription_id": "s1", "customer_id": "ann", "plan": "a", "mrr": 10, "started_at": "2026-06-02 12:00:00"},
        {"subscription_id": "s2", "customer_id": "ann", "plan": "b", "mrr": 5, "started_at": "2026-06-10", "ended_at": "2026-08-10"},
        {"subscription_id": "s3", "customer_id": "ann", "plan": "b", "mrr": 7, "started_at": "2026-06-10", "ended_at": "2026-07-31"},
    ],
}  # fmt: skip


def _two_hundred() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The satisfied recommend; contacts have nothing to do with it; nobody pays anything."""
    rng = Random(7)
    answers, contacts = [], []
    for number in range(200):
        satisfied, customer = rng.randint(1, 5), f"k{number}"
        recommended = min(10, 2 * satisfied + rng.randint(-2, 1))
        answers.append(_answer(number, "csat", satisfied, customer, ANSWERED - timedelta(days=1)))
        answers.append(_answer(number, "nps", recommended, customer, ANSWERED, response_id=f"n{number}"))
        contacts += [_contact(100 + 10 * number + more, customer, 3 + more, is_resolved=True) for more in range(rng.randint(0, 2))]
    return {("files", "survey_answers"): answers, ("files", "contacts"): contacts}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    others = _two_hundred()
    rows = {stream: [*given, *others.get(stream, [])] for stream, given in ANN.items()}
    return SmallWarehouse(tmp_path_factory.mktemp("drivers") / "kuulo", rows, marts=["metric_drivers"], as_of=AS_OF)


def _observations_of(warehouse: SmallWarehouse, condition: str) -> dict[str, Any]:
    with duckdb.connect(str(warehouse.settings.warehouse), read_only=True) as connection:
        cursor = connection.execute(
            f"select * exclude (metric, customer_key, score_100) from intermediate.int_driver_observations where {condition}"
        )
        (row,) = cursor.fetchall()
        return dict(zip([column[0] for column in cursor.description or []], row, strict=True))


def test_what_was_known_before_the_answer(warehouse: SmallWarehouse) -> None:
    assert _observations_of(warehouse, "metric = 'nps' and mrr is not null") == {
        "csat_score_100": 25.0, "ces_score_100": 50.0, "contacts_in_90_days": 3.0, "repeats_in_90_days": 1.0,
        "unresolved_in_90_days": 2.0, "reopened_in_90_days": 1.0, "mean_wait_seconds": 45.0, "mean_first_reply_minutes": 20.0,
        "usage_events_in_30_days": 2.0, "days_since_first_seen": 91.0, "mrr": 15.0,
    }  # fmt: skip
    nothing = _observations_of(warehouse, "metric = 'nps' and score_100 = 100 and days_since_first_seen = 0")
    assert {name for name, value in nothing.items() if value is None} == {
        "csat_score_100", "ces_score_100", "mean_wait_seconds", "mean_first_reply_minutes", "mrr",
    }  # fmt: skip
    assert {value for value in nothing.values() if value is not None} == {0.0}


def test_from_effort_to_satisfaction_to_recommendation(warehouse: SmallWarehouse) -> None:
    satisfaction = _observations_of(warehouse, "metric = 'csat' and mrr is not null")
    assert (satisfaction["csat_score_100"], satisfaction["ces_score_100"]) == (None, 50.0)
    effort = _observations_of(warehouse, "metric = 'ces'")
    assert (effort["csat_score_100"], effort["ces_score_100"]) == (None, None)
    found = warehouse.ask(
        "select metric, count(*) as drivers, min(n) as n, count(importance) > 0 from metric_drivers group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in found] == [("ces", 9, 1, False), ("csat", 10, 201, True), ("nps", 11, 202, True)]


def test_the_satisfied_recommend(warehouse: SmallWarehouse) -> None:
    found = {row["driver"]: row for row in warehouse.ask("select * from metric_drivers where metric = 'nps'")}
    assert {name for name, row in found.items() if row["status"] == "used"} == {
        "csat_score_100", "contacts_in_90_days", "repeats_in_90_days", "unresolved_in_90_days", "reopened_in_90_days",
        "usage_events_in_30_days", "days_since_first_seen",
    }  # fmt: skip
    left_out = {name: (row["status"], row["known"], row["importance"]) for name, row in found.items() if row["status"] != "used"}
    assert left_out == dict.fromkeys(
        ["ces_score_100", "mean_wait_seconds", "mean_first_reply_minutes", "mrr"], ("too_little_known", 1, None)
    )
    satisfaction = found["csat_score_100"]
    assert (satisfaction["importance_rank"], satisfaction["n"], satisfaction["known"]) == (1, 202, 201)
    assert satisfaction["importance"] > 0.7
    assert satisfaction["importance_share"] > 0.9
    assert satisfaction["ci_low"] > found["contacts_in_90_days"]["ci_high"]
    assert sum(row["importance"] or 0 for row in found.values()) == pytest.approx(satisfaction["r_squared"], abs=1e-9)
