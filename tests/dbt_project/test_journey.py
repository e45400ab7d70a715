"""The journey from rows to mart: touches and their scores by month, what came next, and who left after."""

from datetime import date
from typing import Any

import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt


def _answer(customer: str | None, place: str, metric: str, score: float, at: str) -> dict[str, Any]:
    scale = {"nps": "0-10", "csat": "1-5", "ces": "1-7"}[metric]
    stage, touchpoint = place.split("/")
    given = {"response_id": f"{customer}-{at}", "question_id": f"{place}-{metric}", "metric": metric, "scale": scale, "score": score}
    return {**given, "submitted_at": at, "survey_id": "s", "customer_id": customer, "journey_stage": stage, "touchpoint": touchpoint}


ROWS = {
    ("files", "survey_answers"): [
        _answer("a", "buy/shop", "nps", 10, "2026-01-05T10:00:00"),
        _answer("a", "buy/shop", "csat", 5, "2026-01-05T10:00:00"),
        _answer("a", "use/app", "ces", 6, "2026-02-05T10:00:00"),
        _answer("b", "buy/shop", "nps", 3, "2026-01-20T10:00:00"),
        _answer("c", "buy/shop", "nps", 8, "2026-01-25T10:00:00"),
        _answer("c", "use/app", "csat", 2, "2026-06-25T10:00:00"),
        _answer(None, "buy/shop", "nps", 9, "2026-01-25T10:00:00"),
        {**_answer("b", "buy/shop", "nps", 1, "2026-01-31T23:30:00"), "scale": "0-6"},
    ],
    ("files", "subscriptions"): [
        {"subscription_id": "s1", "customer_id": "a", "plan": "p", "mrr": 1.0, "started_at": "2025-01-01"},
        {"subscription_id": "s2", "customer_id": "b", "plan": "p", "mrr": 1.0, "started_at": "2025-01-01", "ended_at": "2026-04-25"},
    ],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home = tmp_path_factory.mktemp("journey") / "kuulo"
    return SmallWarehouse(home, ROWS, marts=["journey_by_month"], as_of="2026-07-01", timezone="Europe/Helsinki")


def test_volume_and_scores_of_a_touchpoint(warehouse: SmallWarehouse) -> None:
    columns = "volume, customers, anonymous, nps_responses, promoters, passives, detractors, nps, csat_responses, csat, ces"
    january = warehouse.one(f"select {columns} from journey_by_month where touchpoint = 'shop' and month = '2026-01-01'")
    assert tuple(january.values()) == (4, 3, 1, 4, 2, 1, 1, 25.0, 1, 100.0, None)
    february = warehouse.ask(f"select touchpoint, {columns} from journey_by_month where month = '2026-02-01' order by 1")
    assert [tuple(row.values()) for row in february] == [
        ("app", 1, 1, 0, 0, 0, 0, 0, None, 0, None, 6.0),
        ("shop", 1, 1, 0, 0, 0, 0, 0, None, 0, None, None),  # January's last evening is February in Helsinki; not on 0-10
    ]


def test_what_came_next(warehouse: SmallWarehouse) -> None:
    january = warehouse.one(
        "select tracked, pending, with_next, next_touchpoint_shares, status from journey_by_month where month = '2026-01-01'"
    )
    assert tuple(january.values()) == (3, 0, 2, "buy/shop=0.3333; none=0.3333; use/app=0.3333", "final")
    june = warehouse.one("select tracked, pending, next_touchpoint_shares, status from journey_by_month where month = '2026-06-01'")
    assert tuple(june.values()) == (0, 1, None, "provisional")
    nexts = warehouse.ask("select next_touchpoint, touches, tracked from journey_next_by_month where month = '2026-01-01' order by 1")
    assert [tuple(row.values()) for row in nexts] == [("app", 1, 3), ("none", 1, 3), ("shop", 1, 3)]


def test_who_left_after(warehouse: SmallWarehouse) -> None:
    found = warehouse.ask("select month, touchpoint, tracked_active, churned_after, churn_rate_after from journey_by_month order by all")
    assert [tuple(row.values()) for row in found] == [
        (date(2026, 1, 1), "shop", 2, 0, 0.0),  # b left 95 days after the January touch
        (date(2026, 2, 1), "app", 1, 0, 0.0),
        (date(2026, 2, 1), "shop", 1, 1, 1.0),
        (date(2026, 6, 1), "app", 0, 0, None),
    ]
