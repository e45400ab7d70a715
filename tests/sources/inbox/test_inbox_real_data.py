from collections import Counter
from csv import DictReader

import pytest

from tests.real_data import lay_mrr_playbook, lay_pwc_call_center, lay_sfo_2017, lay_telco, need_shared
from tests.sources.inbox.inbox_home import InboxHome


def _nps(scores: list[float]) -> tuple[int, int, int]:
    return sum(s >= 9 for s in scores), sum(7 <= s < 9 for s in scores), sum(s < 7 for s in scores)


def test_sfo_2017_gives_its_published_days(home: InboxHome) -> None:
    shared = need_shared()
    lay_sfo_2017(home.inbox, shared)
    assert home.take_in().refused == {}
    assert home.untyped() == []
    answers = [row for row in home.rows() if row["metric"] == "nps"]
    assert len(answers) == 2746
    assert _nps([row["score"] for row in answers]) == (1436, 968, 342)
    weight = sum(row["weight"] for row in answers)
    balance = sum(row["weight"] * ((row["score"] >= 9) - (row["score"] <= 6)) for row in answers)
    assert round(100 * balance / weight, 4) == 40.3984
    by_day: dict[str, list[float]] = {}
    for row in answers:
        by_day.setdefault(row["submitted_at"].date().isoformat(), []).append(row["score"])
    with (shared / "data/sfo_2017/expected_agg_nps_daily_2017.csv").open() as lines:
        expected = {row["date"]: (float(row["promoter"]), float(row["passive"]), float(row["detractor"])) for row in DictReader(lines)}
    assert len(expected) == 22
    assert {day: _nps(scores) for day, scores in by_day.items()} == expected


def test_sfo_2017_gives_its_satisfaction(home: InboxHome) -> None:
    lay_sfo_2017(home.inbox, need_shared())
    home.take_in()
    scores = [row["score"] for row in home.rows() if row["metric"] == "csat"]
    assert len(scores) == 2688
    assert round(100 * sum(s >= 4 for s in scores) / len(scores), 2) == 82.07
    assert round(sum(scores) / len(scores), 5) == 4.06436
    assert [r["note"] for r in home.receipts()] == ["85 answers blank or declared missing", "143 answers blank or declared missing"]


def test_pwc_call_center_gives_its_figures(home: InboxHome) -> None:
    lay_pwc_call_center(home.inbox, need_shared())
    assert home.take_in().refused == {}
    assert home.untyped() == []
    calls = [row for row in home.rows() if "is_abandoned" in row]
    answered = [row for row in calls if not row["is_abandoned"]]
    assert (len(calls), len(answered)) == (5000, 4054)
    resolved = Counter(row["agent_id"] for row in calls if row["is_resolved"])
    assert resolved == {
        "Becky": 462, "Dan": 471, "Diane": 452, "Greg": 455, "Jim": 485, "Joe": 436, "Martha": 461, "Stewart": 424,
    }  # fmt: skip
    waits = [row["wait_seconds"] for row in calls if row["wait_seconds"] is not None]
    talks = [row["talk_seconds"] for row in calls if row["talk_seconds"] is not None]
    assert (len(waits), round(sum(waits) / len(waits), 4)) == (4054, 67.5207)
    assert (len(talks), round(sum(talks) / len(talks), 4)) == (4054, 224.9228)
    scores = [row["score"] for row in home.rows() if row.get("metric") == "csat"]
    assert (len(scores), round(sum(scores) / len(scores), 5)) == (4054, 3.40355)
    assert round(100 * sum(s >= 4 for s in scores) / len(scores), 4) == 49.9013


def test_telco_gives_its_churn(home: InboxHome) -> None:
    lay_telco(home.inbox, need_shared())
    assert home.take_in().refused == {}
    rows = home.rows()
    churned = [row for row in rows if row["ended_at"] is not None]
    assert (len(rows), len(churned)) == (7043, 1869)
    assert sum(row["mrr"] for row in rows) == pytest.approx(456_116.60)
    assert sum(row["mrr"] for row in churned) == pytest.approx(139_130.85)
    plans, lost = Counter(row["plan"] for row in rows), Counter(row["plan"] for row in churned)
    assert {plan: (lost[plan], plans[plan]) for plan in plans} == {
        "Month-to-month": (1655, 3875), "One year": (166, 1473), "Two year": (48, 1695),
    }  # fmt: skip


def test_mrr_playbook_gives_its_periods(home: InboxHome) -> None:
    lay_mrr_playbook(home.inbox, need_shared())
    assert home.take_in().refused == {}
    rows = home.rows()
    assert (len(rows), len({row["customer_id"] for row in rows})) == (121, 55)
    assert min(row["started_at"] for row in rows).isoformat() == "2017-09-01T00:00:00"
    assert max(row["ended_at"] for row in rows).isoformat() == "2020-02-01T00:00:00"
