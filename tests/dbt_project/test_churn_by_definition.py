"""The movements, which SQL finds from changes alone, against the definition read literally: each customer at each boundary."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt
HELSINKI, UTC = ZoneInfo("Europe/Helsinki"), ZoneInfo("UTC")
AS_OF = datetime(2026, 6, 17, 5)  # noqa: DTZ001 - validated rows hold naive UTC
MONTHS = [datetime(2025 + month // 12, month % 12 + 1, 1, tzinfo=HELSINKI) for month in range(5, 18)]
BOUNDARIES = [month.astimezone(UTC).replace(tzinfo=None) for month in MONTHS]


def _moment(rng: random.Random) -> datetime:
    """Any instant of the year, and often a month's first or the one before it."""
    if rng.random() < 0.4:
        return rng.choice(BOUNDARIES) + timedelta(microseconds=rng.choice([-1, 0, 1]))
    return BOUNDARIES[0] + timedelta(seconds=rng.randrange(380 * 86400))


def _subscription(rng: random.Random, number: int) -> dict[str, Any]:
    started_at = max(_moment(rng), BOUNDARIES[0])
    ended_at = started_at + timedelta(days=rng.randrange(0, 120)) if rng.random() < 0.4 else _moment(rng)
    return {
        "subscription_id": f"s{number:04}",
        "customer_id": f"c{rng.randrange(150)}",
        "plan": rng.choice(["basic", "plus", "free"]),
        "mrr": rng.choice([0.0, 0.1, 0.2, 9.99, 20.0]),
        "started_at": started_at,
        "ended_at": None if rng.random() < 0.3 else max(started_at, ended_at),
        "cancel_kind": rng.choice(["voluntary", "involuntary", None]),
    }


def _active(mine: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    return [s for s in mine if s["started_at"] < at and (s["ended_at"] is None or s["ended_at"] >= at)]


def _movement(mine: list[dict[str, Any]], opens: datetime, before: Decimal | None, after: Decimal | None) -> str | None:
    if before is None:
        return "reactivation" if any(s["started_at"] < opens for s in mine) else "new"
    if after is None:
        return "churn"
    return "expansion" if after > before else "contraction" if after < before else None


def _moves(mine: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, float, str | None]]:
    for month, opens, ends in zip(MONTHS, BOUNDARIES, [*BOUNDARIES[1:], AS_OF], strict=True):
        closes = min(ends, AS_OF)
        states = _active(mine, opens), _active(mine, closes)
        if not any(states):
            continue
        before, after = (sum((Decimal(str(s["mrr"])) for s in state), Decimal()) if state else None for state in states)
        movement = _movement(mine, opens, before, after)
        plan = min(states[0] or states[1], key=lambda s: (-s["mrr"], s["subscription_id"]))["plan"]
        ended = [s for s in mine if s["ended_at"] and s["ended_at"] < closes]
        last = max(ended, key=lambda s: (s["ended_at"], s["subscription_id"]), default={"cancel_kind": None})
        kind = ("involuntary" if last["cancel_kind"] == "involuntary" else "voluntary") if movement == "churn" else None
        if movement:
            yield month.strftime("%Y-%m-%d"), movement, plan, float((after or Decimal()) - (before or Decimal())), kind


def test_movements_of_many_customers_are_those_of_the_definition(tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = random.Random(20260617)
    rows = [_subscription(rng, number) for number in range(400)]
    customers = defaultdict(list)
    for row in rows:
        if row["started_at"] < AS_OF and row["ended_at"] != row["started_at"]:
            customers[row["customer_id"]].append(row)
    built = SmallWarehouse(
        tmp_path_factory.mktemp("definition") / "kuulo",
        {("files", "subscriptions"): rows},
        marts=["fct_subscription_movements", "churn_by_month"],
        as_of=AS_OF.isoformat(),
        timezone="Europe/Helsinki",
    )
    moves = built.ask("select cast(month as text) as month, movement, plan, mrr_change, churn_kind from fct_subscription_movements")
    expected = sorted(move for mine in customers.values() for move in _moves(mine))
    assert len(expected) > 300
    assert sorted(tuple(move.values()) for move in moves) == expected
    opening = built.ask(
        "select month, sum(opening_customers) as customers, sum(opening_mrr) as mrr from churn_by_month group by 1 order by 1"
    )
    active = [[_active(mine, at) for mine in customers.values()] for at in BOUNDARIES]
    assert [row["customers"] for row in opening] == [sum(map(bool, month)) for month in active]
    assert [row["mrr"] for row in opening] == pytest.approx([sum(s["mrr"] for state in month for s in state) for month in active])
