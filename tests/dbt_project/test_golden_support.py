"""Worked examples of contacts: business minutes, resolution on first contact by each authority, averages that are none."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory

pytestmark = pytest.mark.dbt
Contacts = Iterator[dict[str, Any]]


def _contact(contact_id: str, customer: str | None, opened_at: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "customer_id": customer, "channel": "phone", "topic": "billing", "opened_at": opened_at, **more}


def _hours(weekdays: range, hours: str, zone: str, since: str, until: str | None = None) -> list[dict[str, Any]]:
    opens, closes = hours.split("-")
    return [
        {"weekday": day, "opens": opens, "closes": closes, "timezone": zone, "valid_from": since, "valid_to": until} for day in weekdays
    ]


CHICAGO, SAN_FRANCISCO, FOREVER, CHANGE, AFTER = "America/Chicago", "America/Los_Angeles", "2000-01-01", "2020-09-30", "2020-10-01"
# minutes of the week 3600-4440 and 5040-5880 are 07:00-21:00 in Chicago, 5220-5790 are 08:00-17:30 in San Francisco; the desk
# changes from one to the other on Wednesday at 19:01 UTC, while both are open
LEVELS = [
    *_hours(range(1, 8), "07:00-21:00", CHICAGO, FOREVER, CHANGE),
    *_hours(range(3, 4), "07:00-14:01", CHICAGO, CHANGE, AFTER),
    *_hours(range(3, 4), "12:01-17:30", SAN_FRANCISCO, CHANGE, AFTER),
    *_hours(range(1, 6), "08:00-17:30", SAN_FRANCISCO, AFTER),
]
TICKET = _contact("941606", "asker", "2020-09-29T17:01:38", first_reply_at="2020-09-30T19:01:46")


def _minutes(compiled: CompiledModels, schedule: list[dict[str, Any]]) -> float:
    marts = MartsInMemory(compiled, ["fct_contacts"])
    marts.seed("business_hours", schedule, instead=True)
    minutes: float = marts.build({("files", "contacts"): [TICKET]}).one("from fct_contacts")["first_reply_business_minutes"]
    return minutes


def test_business_minutes_of_ticket_941606(compiled: CompiledModels) -> None:
    """dbt_zendesk's decision log prints 538 + 421.25 + 0.21 minutes: it rounds 17:01:38 up and writes 25 seconds as a quarter minute."""
    minutes = _minutes(compiled, LEVELS)
    assert minutes == pytest.approx(960.1333, abs=5e-5)
    assert minutes - 959.46 == pytest.approx(22 / 60 + 10 / 60 + 0.14, abs=5e-3), "the printed total, and what rounding took from it"


def test_business_minutes_by_the_last_schedule_alone_are_another_figure(compiled: CompiledModels) -> None:
    """Zendesk's own reports measure the whole ticket by the schedule that it had last."""
    assert _minutes(compiled, _hours(range(1, 6), "08:00-17:30", SAN_FRANCISCO, FOREVER)) == pytest.approx(690.1333, abs=5e-5)


def _calls(prefix: str, count: int, **facts: Any) -> Contacts:
    opened_at = datetime(2026, 5, 1, 9)  # noqa: DTZ001 - validated rows hold naive UTC
    for number in range(count):
        yield {
            "contact_id": f"{prefix}-{number}",
            "channel": "phone",
            "topic": prefix,
            "opened_at": opened_at + timedelta(seconds=number),
            **facts,
        }


def _problems() -> Contacts:
    """Ten problems, nineteen calls: nine needed a second one."""
    for number in range(10):
        yield _contact(f"first-{number}", f"p{number}", "2026-05-04T10:00:00", topic="problems", is_resolved=True)
        if number:
            yield _contact(f"second-{number}", f"p{number}", "2026-05-06T10:00:00", topic="problems", is_resolved=True)


def _windows() -> Contacts:
    for customer, second in (("inside", "2026-05-11T09:59:59"), ("edge", "2026-05-11T10:00:00"), ("outside", "2026-05-11T10:00:01")):
        yield _contact(f"{customer}-1", customer, "2026-05-04T10:00:00", topic=customer, is_resolved=True)
        yield _contact(f"{customer}-2", customer, second, topic=customer, is_resolved=True)


@pytest.fixture(scope="module")
def built(compiled: CompiledModels) -> MartsInMemory:
    rows = [
        *_calls("queued", 75, wait_seconds=64.0, team="queue"),
        *_calls("at-once", 25, wait_seconds=0.0, team="queue"),
        *_calls("short", 10, talk_seconds=100.0, team="agents", agent_id="a"),
        *_calls("long", 1, talk_seconds=1200.0, team="agents", agent_id="b"),
        *_calls("one-touch", 3, is_resolved=True, agent_replies=0, customer_replies=0, team="touch"),
        *_calls("one-reply", 2, is_resolved=True, agent_replies=1, customer_replies=0, reopen_count=1, team="touch"),
        *_calls("two-replies", 5, is_resolved=True, agent_replies=2, customer_replies=1, team="touch"),
        *_calls("open", 4, is_resolved=False, agent_replies=0, customer_replies=0, team="touch"),
        *_calls("no-reply", 1, team="reply"),
        *_problems(),
        *_windows(),
    ]
    return MartsInMemory(compiled, ["fcr_by_day", "service_levels_by_day", "scorecard_by_period"]).build({("files", "contacts"): rows})


def test_speed_of_answer_counts_who_did_not_wait(built: MartsInMemory) -> None:
    row = built.one(
        """
        select sum(wait_seconds_sum) / sum(waited) as asa, max(asa_seconds) as of_those_who_waited
        from service_levels_by_day where team = 'queue'
        """
    )
    assert row == {"asa": 48, "of_those_who_waited": 64}, "swpp.org: 48 s; 64 s is the average of those who waited"
    card = built.one("from scorecard_by_period where metric = 'asa_seconds' and dimension_value = 'queue' and period_grain = 'all_time'")
    assert card["value"] == 48


def test_handle_time_is_a_ratio_of_sums(built: MartsInMemory) -> None:
    card = built.one("from scorecard_by_period where metric = 'aht_seconds' and dimension_value = 'agents' and period_grain = 'all_time'")
    assert card["value"] == 200
    assert built.one("select avg(aht_seconds) as mean from service_levels_by_day where team = 'agents'") == {"mean": 650}, (
        "the mean of agents"
    )


def test_no_reply_has_no_reply_time(built: MartsInMemory) -> None:
    row = built.one("from service_levels_by_day where team = 'reply'")
    assert (row["first_replies"], row["first_reply_minutes_p50"]) == (0, None), "never 0 minutes"


def test_calls_for_a_problem(built: MartsInMemory) -> None:
    """Call Centre Helper: 1.9 calls a problem are 53 % of calls that were the only ones needed: first contacts over contacts."""
    row = built.one("select sum(contacts) as contacts, sum(first_contacts) as first_contacts from fcr_by_day where topic = 'problems'")
    assert row == {"contacts": 19, "first_contacts": 10}
    assert row["contacts"] / row["first_contacts"] == 1.9
    assert row["first_contacts"] / row["contacts"] == pytest.approx(0.526316, abs=5e-7)
    judged = built.one("from fcr_by_day where topic = 'problems' and day = '2026-05-04'")
    assert judged["fcr_gross"] == 0.1, "and resolved on first contact was one problem of ten"


def test_a_repeat_within_seven_days_fails_it(built: MartsInMemory) -> None:
    for topic, first in (("inside", "unresolved"), ("edge", "unresolved"), ("outside", "resolved")):
        found = built.ask(f"select fcr_status from fct_contacts where topic = '{topic}' order by opened_at")
        assert found[0] == {"fcr_status": first}, topic
        assert (found[1]["fcr_status"] == "repeat") == (first == "unresolved"), topic


def test_vendors_proxies_stand_under_their_own_names(built: MartsInMemory) -> None:
    parts = ("one_touch", "resolved_with_agent_replies", "no_customer_reply", "resolved_with_customer_replies", "first_contacts")
    row = built.one(f"select {', '.join(f'sum({part}) as {part}' for part in parts)} from fcr_by_day where team = 'touch'")
    assert (row["one_touch"], row["resolved_with_agent_replies"]) == (5, 10), "Zendesk: solved and fewer than two replies, also reopened"
    assert (row["no_customer_reply"], row["resolved_with_customer_replies"]) == (5, 10), "Freshservice: solved without a further reply"
    assert row["first_contacts"] == 0, "and none of them is first-contact resolution: nobody knows these customers"
