"""Inactivity churn, which SQL finds from the days alone, against its definition read literally: each customer at each boundary."""

import random
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory

pytestmark = pytest.mark.dbt
BOUNDARIES = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(18)]  # to June 2026, the reporting date
DAYS = 30


def _is_active(days: set[date], boundary: date) -> bool:
    return any(boundary - timedelta(days=back) in days for back in range(1, DAYS + 1))


def test_the_ladder_is_that_of_the_definition(compiled: CompiledModels) -> None:
    rng = random.Random(20260601)
    activity: dict[str, set[date]] = defaultdict(set)
    for _ in range(700):
        near_a_boundary = rng.choice(BOUNDARIES) - timedelta(days=rng.choice([0, 1, 29, 30, 31]))
        day = near_a_boundary if rng.random() < 0.5 else date(2025, 1, 1) + timedelta(days=rng.randrange(516))
        activity[f"c{rng.randrange(120)}"].add(min(max(day, date(2025, 1, 1)), date(2026, 5, 31)))
    days = [(customer, day) for customer, mine in activity.items() for day in sorted(mine)]
    events = [
        {"event_id": str(number), "customer_id": customer, "event_name": "login", "occurred_at": f"{day}T23:59:59"}
        for number, (customer, day) in enumerate(days) if number % 2
    ]  # fmt: skip
    orders = [
        {"order_id": str(number), "customer_id": customer, "ordered_at": f"{day}T00:00:00", "status": "completed"}
        for number, (customer, day) in enumerate(days) if not number % 2
    ]  # fmt: skip
    left_behind = [{"order_id": "cart", "customer_id": "cart", "ordered_at": "2026-01-05T00:00:00", "status": "abandoned"}]
    built = MartsInMemory(compiled, ["inactivity_by_month"]).build(
        {("files", "usage_events"): events, ("files", "orders"): orders + left_behind}
    )
    expected = []
    for opening, closing in pairwise(BOUNDARIES):
        states = [(min(mine) < opening, _is_active(mine, opening), _is_active(mine, closing)) for mine in activity.values()]
        there = sum(before for _, before, _ in states)
        lost = sum(before and not after for _, before, after in states)
        new = sum(after and not before and not known for known, before, after in states)
        back = sum(after and not before and known for known, before, after in states)
        assert lost > 0 or opening == BOUNDARIES[0]
        expected.append((str(opening), there, new, back, lost, there + new + back - lost, lost / there if there else None))
    ladder = built.ask(
        "select cast(month as text) as month, * exclude (month, segment, country, status) from inactivity_by_month order by 1"
    )
    assert [tuple(row.values()) for row in ladder] == expected
