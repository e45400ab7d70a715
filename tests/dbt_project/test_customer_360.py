"""The customer on one line: last answers, ninety days of contacts, use, and the signs of leaving with their edges."""

from typing import Any

import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt


def _answer(customer: str, metric: str, score: float, at: str, **more: Any) -> dict[str, Any]:
    scale = {"nps": "0-10", "csat": "1-5", "ces": "1-7", "emotion": "1-5"}[metric]
    plain = {"response_id": f"{customer}-{at}", "question_id": metric, "metric": metric, "scale": scale, "score": score}
    return {**plain, "submitted_at": at, "survey_id": "paper", "customer_id": customer, **more}


def _call(number: int, customer: str, at: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": f"k{number}", "customer_id": customer, "channel": "phone", "topic": "billing", "opened_at": at, **more}


def _uses(customer: str, day: str, count: int) -> list[dict[str, Any]]:
    return [
        {"event_id": f"{customer}-{day}-{number}", "customer_id": customer, "event_name": "used", "occurred_at": f"{day}T12:00:0{number}"}
        for number in range(count)
    ]


def _subscription(number: int, customer: str, mrr: float, started: str, ended: str | None = None) -> dict[str, Any]:
    given = {"subscription_id": f"s{number}", "customer_id": customer, "plan": "p", "mrr": mrr}
    return {**given, "started_at": started, "ended_at": ended}


# As of 1 July: ninety days begin on 2 April, the last thirty on 1 June, those before on 2 May; answers count from 2 January
ROWS = {
    ("files", "survey_answers"): [
        _answer("troubled", "nps", 9, "2026-03-01T10:00:00"),
        _answer("troubled", "nps", 6, "2026-06-30T10:00:00"),
        _answer("troubled", "csat", 3, "2026-06-30T10:00:00"),
        _answer("troubled", "csat", 5, "2026-06-30T10:00:00", question_id="other_csat"),
        _answer("troubled", "ces", 3, "2026-06-01T10:00:00"),
        _answer("content", "nps", 2, "2026-05-01T10:00:00"),
        _answer("content", "nps", 7, "2026-06-01T10:00:00"),
        _answer("content", "csat", 4, "2026-06-01T10:00:00"),
        _answer("content", "ces", 4, "2026-06-01T10:00:00"),
        _answer("content", "emotion", 2, "2026-06-01T10:00:00"),
        _answer("patient", "csat", 1, "2026-01-02T00:00:00"),
        _answer("patient", "nps", 0, "2026-01-01T23:59:59"),
        _answer("gone", "nps", 0, "2026-06-30T20:00:00"),
    ],
    ("files", "contacts"): [
        _call(1, "troubled", "2026-04-01T23:59:59", is_resolved=True),
        _call(2, "troubled", "2026-04-02T00:00:00", is_resolved=True),
        _call(3, "troubled", "2026-04-03T00:00:00", is_resolved=True),
        _call(4, "troubled", "2026-05-01T00:00:00", is_resolved=False),
        _call(5, "troubled", "2026-06-30T00:00:00", is_abandoned=True),
        _call(6, "content", "2026-05-02T00:00:00", is_resolved=True, direction="outbound"),
        _call(7, "content", "2026-05-03T00:00:00", is_resolved=True),
        _call(8, "content", "2026-05-04T00:00:00", is_resolved=True),
        _call(9, "patient", "2026-01-05T00:00:00", is_resolved=True, direction="outbound"),
    ],
    ("files", "usage_events"): [
        *_uses("troubled", "2026-05-01", 9),
        *_uses("troubled", "2026-05-02", 3),
        *_uses("troubled", "2026-05-31", 3),
        *_uses("troubled", "2026-06-01", 2),
        *_uses("content", "2026-05-10", 2),
        *_uses("content", "2026-06-30", 3),
    ],
    ("files", "subscriptions"): [
        _subscription(1, "troubled", 30.0, "2025-01-01", "2026-05-01"),
        _subscription(2, "troubled", 20.0, "2026-05-01"),
        _subscription(3, "content", 10.0, "2025-01-01"),
        _subscription(4, "content", 5.0, "2026-06-01"),
        _subscription(5, "gone", 10.0, "2025-01-01", "2026-06-15"),
    ],
}


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    home = tmp_path_factory.mktemp("customer_360") / "kuulo"
    warehouse = SmallWarehouse(home, ROWS, marts=["customer_360"], as_of="2026-07-01")
    names = {15.0: "content", 20.0: "troubled", 0.0: "gone", None: "patient"}
    return {names[row["mrr"]]: row for row in warehouse.ask("from customer_360")}


def _of(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_last_answers_are_the_newest_and_of_one_response_the_worst(customers: dict[str, dict[str, Any]]) -> None:
    assert len(customers) == 4
    troubled, content = customers["troubled"], customers["content"]
    assert _of(troubled, "last_nps_score", "last_nps_category", "last_csat_score", "last_ces_score") == (6.0, "detractor", 3.0, 3.0)
    assert _of(content, "last_nps_score", "last_csat_score", "last_ces_score") == (7.0, 4.0, 4.0)
    assert _of(content, "last_emotion_score", "last_emotion_scale", "last_cli_recommend_score") == (2.0, "1-5", None)


def test_ninety_days_are_whole_local_days(customers: dict[str, dict[str, Any]]) -> None:
    counts = [f"{count}_in_90_days" for count in ("contacts", "repeats", "unresolved", "outbound", "abandoned")]
    assert _of(customers["troubled"], *counts) == (4, 2, 1, 0, 1)
    assert _of(customers["content"], *counts) == (3, 1, 1, 1, 0)
    assert _of(customers["patient"], *counts) == (0, 0, 0, 0, 0)


def test_use_is_compared_with_as_many_days_before(customers: dict[str, dict[str, Any]]) -> None:
    columns = ("usage_events", "usage_events_before", "usage_days", "usage_days_before", "usage_trend", "has_usage_drop")
    assert _of(customers["troubled"], *columns) == (2, 6, 1, 2, "falling", True)
    assert _of(customers["content"], *columns) == (3, 2, 1, 1, "rising", False)
    assert _of(customers["patient"], *columns) == (0, 0, 0, 0, "none", False)


def test_every_sign_of_leaving_says_why(customers: dict[str, dict[str, Any]]) -> None:
    found = {name: _of(row, "churn_risk_signals", "churn_risk_why") for name, row in customers.items()}
    assert found == {
        "troubled": (
            8,
            "detractor; dissatisfied; high_effort; overdue_follow_up; repeat_contacts; unresolved_contacts; usage_drop; downgrade",
        ),
        "content": (1, "unresolved_contacts"),
        "patient": (1, "dissatisfied"),
        "gone": (None, None),
    }


def test_follow_ups_that_are_not_closed(customers: dict[str, dict[str, Any]]) -> None:
    found = {name: _of(row, "open_follow_ups", "overdue_follow_ups") for name, row in customers.items()}
    assert found == {"troubled": (2, 1), "content": (0, 0), "patient": (0, 0), "gone": (1, 0)}


def test_money_now_and_then(customers: dict[str, dict[str, Any]]) -> None:
    columns = ("mrr", "mrr_90_days_ago", "is_active", "has_downgraded")
    assert _of(customers["troubled"], *columns) == (20.0, 30.0, True, True)
    assert _of(customers["content"], *columns) == (15.0, 10.0, True, False)
    assert _of(customers["gone"], *columns) == (0.0, 10.0, False, True)
    assert _of(customers["patient"], *columns) == (None, None, False, False)
