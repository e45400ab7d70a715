"""The facts of a contact: times, keys, nothing personal, business hours in the zone of the office."""

import re
from typing import Any

import duckdb
import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt

CONTACTS = [
    {
        "contact_id": "call-1",
        "case_id": "case-1",
        "customer_id": "c-77",
        "email": "ann@example.org",
        "channel": "phone",
        "topic": "billing",
        "team": "Care North",
        "agent_id": "agent-9",
        "opened_at": "2026-03-27T13:30:00",  # Friday 15:30 in Helsinki, the day before the clocks change
        "first_reply_at": "2026-03-30T05:30:15",  # Monday 08:30:15
        "resolved_at": "2026-03-30T13:30:00",
        "is_resolved": True,
        "talk_seconds": 300.0,
        "wrap_seconds": 72.0,
        "reopen_count": 0,
    },
    {
        "contact_id": "call-2",
        "case_id": "case-1",
        "opened_at": "2026-03-27T22:30:00",
        "first_reply_at": "2026-03-27T22:31:00",
        "channel": "chat",
    },
    {"contact_id": "call-3", "opened_at": "2026-03-27T13:30:00", "is_abandoned": True, "wait_seconds": 15.0},
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home = tmp_path_factory.mktemp("contacts") / "kuulo"
    return SmallWarehouse(
        home, {("files", "contacts"): CONTACTS}, marts=["fct_contacts"], as_of="2026-04-10", timezone="Europe/Helsinki", data_tests=False
    )


def _contact(warehouse: SmallWarehouse, channel: str) -> dict[str, Any]:
    return warehouse.one(f"from fct_contacts where channel = '{channel}'")


def test_times_of_a_contact_over_a_weekend_and_a_clock_change(warehouse: SmallWarehouse) -> None:
    call = _contact(warehouse, "phone")
    assert call["handle_seconds"] == 372
    assert call["first_reply_minutes"] == 64 * 60 + 0.25  # elapsed: the skipped hour does not count
    assert call["first_reply_business_minutes"] == 90 + 30.25  # Friday 15:30-17:00 and Monday 08:00-08:30:15, office clock
    assert call["resolution_minutes"] == 72 * 60


def test_the_day_is_the_local_one(warehouse: SmallWarehouse) -> None:
    chat = _contact(warehouse, "chat")
    assert str(chat["day"]) == "2026-03-28"
    assert chat["first_reply_minutes"] == 1
    assert chat["first_reply_business_minutes"] == 0


def test_what_is_not_known_is_null_and_not_nought(warehouse: SmallWarehouse) -> None:
    unknown = _contact(warehouse, "unknown")
    nulls = [
        "is_resolved",
        "customer_key",
        "case_key",
        "agent_key",
        "handle_seconds",
        "first_reply_minutes",
        "first_reply_business_minutes",
        "resolution_minutes",
    ]
    assert {name: unknown[name] for name in nulls} == dict.fromkeys(nulls)
    assert (unknown["topic"], unknown["team"], unknown["segment"], unknown["fcr_status"]) == ("unknown", "unknown", "unknown", "excluded")


def test_keys_join_and_hide(warehouse: SmallWarehouse) -> None:
    call, chat = _contact(warehouse, "phone"), _contact(warehouse, "chat")
    assert call["case_key"] == chat["case_key"]
    assert call["contact_key"] != chat["contact_key"]
    keys = [call[name] for name in ("contact_key", "case_key", "customer_key", "agent_key")]
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_no_id_and_no_address_in_the_mart(warehouse: SmallWarehouse) -> None:
    told = str(warehouse.ask("from fct_contacts"))
    assert [secret for secret in ("call-1", "case-1", "c-77", "ann@example.org", "agent-9") if secret in told] == []


def test_types_are_those_of_the_contract(warehouse: SmallWarehouse) -> None:
    with duckdb.connect(str(warehouse.settings.marts), read_only=True) as connection:
        described = connection.execute("describe marts.marts.fct_contacts").fetchall()
    types = {name: kind for name, kind, *_ in described}
    assert types["handle_seconds"] == types["first_reply_minutes"] == types["first_reply_business_minutes"] == "DOUBLE"
    assert (types["day"], types["opened_at"], types["is_repeat"], types["reopen_count"]) == ("DATE", "TIMESTAMP", "BOOLEAN", "BIGINT")
