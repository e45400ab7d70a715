"""Zendesk's rows over time: archived tickets stay, the system's own changes are versions, merged people keep their history."""

from pathlib import Path
from typing import Any

import pytest

from kuulo.kept_keys import kept_key
from kuulo.warehouse.customer_key import keyed_hash
from tests.dbt_project.small_build import SmallWarehouse
from tests.dbt_project.validated_rows import write_validated

pytestmark = pytest.mark.dbt
OPENED = {"archived": "2026-02-01T08:00:00", "moved": "2026-02-02T08:00:00", "late": "2026-02-03T08:00:00", "crm": "2026-02-04T08:00:00"}


def _ticket(identity: str, requester: str, generated: str, **more: Any) -> dict[str, Any]:
    plain = {"ticket_id": identity, "status": "closed", "channel": "email", "requester_id": requester, "opened_at": OPENED[identity]}
    return {**plain, "updated_at": "2026-02-10", "generated_at": generated, **more}


def _user(identity: str, updated: str, **known: Any) -> dict[str, Any]:
    return {"user_id": identity, "role": "end-user", "has_phone": False, "is_active": True, "updated_at": updated, **known}


FIRST = {
    ("zendesk", "tickets"): [
        _ticket("archived", "1", "2026-02-10", topic="billing"),
        _ticket("moved", "2", "2026-02-10", topic="before"),
        _ticket("late", "2", "2026-02-20", topic="newest"),
        _ticket("crm", "4", "2026-02-10"),
    ],
    ("zendesk", "users"): [
        _user("1", "2026-01-01", email="ann@x.example"),
        _user("2", "2026-01-01", external_id="K-2", email="bo@x.example"),
        _user("3", "2026-01-01", email="bo.private@x.example"),
        _user("4", "2026-01-01", email="OLD@x.example"),
    ],
    ("hubspot", "contacts"): [
        {"contact_id": "77", "email": "new@x.example", "additional_emails": "old@x.example", "updated_at": "2026-01-01"},
    ],
}
# a full reading of later: no archived ticket, nothing of the system's older versions, and two users who became one
RESYNC = {
    ("zendesk", "tickets"): [
        _ticket("moved", "3", "2026-03-01", topic="after", updated_at="2026-02-09"),
        _ticket("late", "2", "2026-02-15", topic="older"),
    ],
    ("zendesk", "users"): [_user("2", "2026-03-01", is_active=False), _user("3", "2026-03-01", email="bo.private@x.example")],
    ("zendesk", "user_identities"): [
        {"identity_id": "8", "user_id": "3", "email": "bo.private@x.example", "updated_at": "2026-01-01"},
        {"identity_id": "9", "user_id": "3", "email": "Bo@x.example", "updated_at": "2026-03-01"},
    ],
    ("zendesk", "satisfaction_ratings"): [
        {"rating_id": "r", "survey_id": "satisfaction_rating", "question_id": "value", "ticket_id": "moved", "requester_id": "2",
         "word": "good", "score": 1.0, "created_at": "2026-02-11", "updated_at": "2026-02-12"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home: Path = tmp_path_factory.mktemp("zendesk")
    write_validated(home, RESYNC, batch="resync", window_start="2026-01-01", window_end="2026-09-02", landed_at="2026-09-02")
    return SmallWarehouse(
        home, FIRST, marts=["fct_contacts", "fct_survey_answers", "dim_customers"], as_of="2026-09-01T00:00:00", data_tests=False
    )


def _key(warehouse: SmallWarehouse, text: str) -> str:
    return keyed_hash(kept_key(warehouse.settings.home / "secrets" / "customer_key"), text)


def _contact(warehouse: SmallWarehouse, ticket: str) -> dict[str, Any]:
    return warehouse.one(
        f"select topic, customer_key from fct_contacts where contact_key = '{_key(warehouse, f'contact:zendesk:{ticket}')}'"
    )


def test_a_full_reading_loses_no_ticket_that_was_archived_meanwhile(warehouse: SmallWarehouse) -> None:
    assert warehouse.one("select count(*) as n from fct_contacts") == {"n": 4}
    assert _contact(warehouse, "archived")["topic"] == "billing"


def test_the_version_is_the_time_of_generation_whichever_landed_last(warehouse: SmallWarehouse) -> None:
    assert _contact(warehouse, "moved")["topic"] == "after"  # though its date of change is older
    assert _contact(warehouse, "late")["topic"] == "newest"  # though an older one landed later


def test_two_users_who_were_merged_are_one_customer_by_the_address_that_was_left(warehouse: SmallWarehouse) -> None:
    bo = _key(warehouse, "company:K-2")
    assert [_contact(warehouse, ticket)["customer_key"] for ticket in ("late", "moved")] == [bo, bo]
    assert warehouse.one("select customer_key from fct_survey_answers")["customer_key"] == bo


def test_a_merge_in_the_crm_moves_the_history_in_zendesk(warehouse: SmallWarehouse) -> None:
    assert _contact(warehouse, "crm")["customer_key"] == _key(warehouse, "hubspot:77")
