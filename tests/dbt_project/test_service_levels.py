"""Service levels: worked examples, and a call centre's log whose figures are known."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory

pytestmark = pytest.mark.dbt


def _calls(prefix: str, count: int, **facts: Any) -> list[dict[str, Any]]:
    opened_at = datetime(2026, 5, 1, 9)  # noqa: DTZ001 - validated rows hold naive UTC
    return [{"contact_id": f"{prefix}-{n}", "opened_at": opened_at + timedelta(seconds=n), **facts} for n in range(count)]


ROWS = [
    *_calls(
        "waited",
        75,
        channel="phone",
        topic="aht",
        talk_seconds=300.0,
        hold_seconds=30.0,
        wrap_seconds=72.0,
        wait_seconds=64.0,
        is_resolved=True,
    ),
    *_calls("at-once", 25, channel="phone", topic="aht", talk_seconds=300.0, hold_seconds=30.0, wrap_seconds=72.0, wait_seconds=0.0),
    *_calls("gave-up", 25, channel="phone", topic="aht", wait_seconds=600.0, is_abandoned=True),
    *_calls("short", 10, channel="phone", topic="sums", team="a", talk_seconds=100.0, reopen_count=1, is_resolved=True),
    *_calls("again", 2, channel="phone", topic="sums", team="c", reopen_count=1, is_resolved=False),
    *_calls("held", 4, channel="phone", topic="sums", team="c", reopen_count=0, is_resolved=True),
    *_calls("long", 1, channel="phone", topic="sums", team="b", talk_seconds=1200.0, is_resolved=True),
    *_calls("asked", 1, channel="email", topic="replies", first_reply_at=datetime(2026, 5, 1, 9, 30)),  # noqa: DTZ001
    *_calls("told", 1, channel="email", topic="replies", direction="outbound", first_reply_at=datetime(2026, 5, 1, 9, 1)),  # noqa: DTZ001
    *_calls("machine", 1, channel="bot", topic="replies", is_bot=True, first_reply_at=datetime(2026, 5, 1, 9, 0, 1)),  # noqa: DTZ001
    *_calls("in-time", 50, channel="phone", topic="cisco", wait_seconds=20.0),
    *_calls("late", 80, channel="phone", topic="cisco", wait_seconds=20.5),
    *_calls("bot", 4, channel="bot", topic="aht", is_bot=True, is_abandoned=True, talk_seconds=9.0, wait_seconds=9.0),
]


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledModels) -> MartsInMemory:
    return MartsInMemory(compiled, ["service_levels_by_day"]).build({("files", "contacts"): ROWS})


def test_handle_time_and_speed_of_answer(warehouse: MartsInMemory) -> None:
    calls = warehouse.one("from service_levels_by_day where channel = 'phone' and topic = 'aht'")
    assert calls["aht_seconds"] / 60 == pytest.approx(6.7)
    assert (calls["asa_seconds"], calls["wait_seconds_p50"], calls["wait_seconds_p90"]) == (48, 64, 64)
    assert (calls["answered"], calls["abandoned"], calls["abandon_rate"]) == (100, 25, 0.2)
    assert (calls["resolved"], calls["resolution_rate"], calls["answered_resolution_rate"]) == (75, 0.6, 0.75)
    assert (calls["first_replies"], calls["first_reply_minutes_p50"], calls["first_reply_minutes_p90"]) == (0, None, None)


def test_the_service_level_that_cisco_prints(warehouse: MartsInMemory) -> None:
    """Intelligent Contact Management's manual: 50 of 130 calls answered in time are 38 percent, however nobody's giving up is counted."""
    calls = warehouse.one("from service_levels_by_day where topic = 'cisco'")
    assert (calls["answered_within"], calls["waited"], calls["abandoned_waited"]) == (50, 130, 0)
    formulas = ("of_answered", "abandons_ignored", "abandons_negative", "abandons_positive")
    assert [round(calls[f"service_level_{formula}"], 4) for formula in formulas] == [0.3846] * 4


def test_parts_add_up_over_teams_where_rates_would_not(warehouse: MartsInMemory) -> None:
    both = warehouse.one(
        "select sum(handle_seconds_sum) / sum(handled) as aht, avg(aht_seconds) as wrong from service_levels_by_day where topic = 'sums'"
    )
    assert both == {"aht": 200, "wrong": 650}


def test_bots_are_in_no_average(warehouse: MartsInMemory) -> None:
    bots = warehouse.one("from service_levels_by_day where channel = 'bot' and topic = 'aht'")
    assert {name: bots[name] for name in ("contacts", "bot_sessions", "answered", "abandoned", "handled", "waited")} == {
        "contacts": 4,
        "bot_sessions": 4,
        "answered": 0,
        "abandoned": 0,
        "handled": 0,
        "waited": 0,
    }
    assert [bots[name] for name in ("aht_seconds", "asa_seconds", "abandon_rate", "answered_resolution_rate")] == [None] * 4


def test_reopened_over_what_was_solved_and_is_watched(warehouse: MartsInMemory) -> None:
    query = "select team, reopened, reopen_known, reopen_rate, resolved from service_levels_by_day where topic = 'sums' order by team"
    assert [tuple(row.values()) for row in warehouse.ask(query)] == [
        ("a", 10, 10, 1.0, 10),
        ("b", 0, 0, None, 1),  # nobody counts
        ("c", 2, 6, pytest.approx(1 / 3), 4),  # two are still open again
    ]


def test_first_replies_are_those_of_people_who_were_asked(warehouse: MartsInMemory) -> None:
    query = (
        "select sum(first_replies) as replies, sum(first_reply_minutes_sum) as minutes from service_levels_by_day where topic = 'replies'"
    )
    assert warehouse.one(query) == {"replies": 1, "minutes": 30}


def _seconds(clock: str) -> float | None:
    if not clock:
        return None
    hours, minutes, seconds = map(int, clock.split(":"))
    return float(timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds())


def _pwc_row(row: dict[str, str]) -> dict[str, Any]:
    return {
        "contact_id": row["Call Id"],
        "agent_id": row["Agent"],
        "topic": row["Topic"],
        "channel": "phone",
        "opened_at": datetime.strptime(f"{row['Date']} {row['Time']}", "%Y-%m-%d %H:%M:%S"),  # noqa: DTZ007
        "is_abandoned": row["Answered (Y/N)"] == "N",
        "is_resolved": row["Resolved"] == "Y",
        "wait_seconds": float(row["Speed of answer in seconds"]) if row["Speed of answer in seconds"] else None,
        "talk_seconds": _seconds(row["AvgTalkDuration"]),
    }


def test_a_call_centres_log_gives_its_known_figures(compiled: CompiledModels, shared: Path) -> None:
    with (shared / "data" / "pwc_call_center" / "Call-Center-Dataset.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [_pwc_row(row) for row in csv.DictReader(file)]
    centre = MartsInMemory(compiled, ["service_levels_by_day", "fcr_by_day"]).build({("files", "contacts"): rows})
    totals = centre.one(
        """
        select
            sum(contacts) as calls, sum(answered) as answered, sum(abandoned) as abandoned, sum(resolved) as resolved,
            round(sum(wait_seconds_sum) / sum(waited), 4) as asa, round(sum(handle_seconds_sum) / sum(handled), 4) as aht,
            round(100 * sum(resolved) / sum(contacts), 2) as of_calls, round(100 * sum(answered_resolved) / sum(answered), 3) as of_answered
        from service_levels_by_day
        """
    )
    assert totals == {
        "calls": 5000,
        "answered": 4054,
        "abandoned": 946,
        "resolved": 3646,
        "asa": 67.5207,
        "aht": 224.9228,
        "of_calls": 72.92,
        "of_answered": 89.936,
    }
    nobody = centre.one(
        "select sum(unidentified) as unidentified, sum(first_contacts) as first_contacts, count(fcr_gross) as rates from fcr_by_day"
    )
    assert nobody == {"unidentified": 5000, "first_contacts": 0, "rates": 0}
    by_agent = centre.ask("select count(*) as solved from fct_contacts where is_resolved group by agent_key order by solved")
    assert [agent["solved"] for agent in by_agent] == [424, 436, 452, 455, 461, 462, 471, 485]
