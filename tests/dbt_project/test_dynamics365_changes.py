"""What was deleted or merged in Dynamics 365 vanishes from the marts, or moves its history."""

from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt

OPENED = "2026-01-01 10:00:00"


def _case(identity: str, day: int, /, **more: Any) -> dict[str, Any]:
    """A case as the window that ends on that day of January told it."""
    seen = {
        "created_at": OPENED,
        "modified_at": f"2026-01-{day - 1:02d}",
        "_window_end": f"2026-01-{day:02d}",
        "_landed_at": f"2026-01-{day:02d}",
    }
    return {"incident_id": identity, "state_code": 0, "customer_type": "contact", "customer_id": "p", "origin_code": 3, **seen, **more}


def _tombstone(identity: str, day: int) -> dict[str, Any]:
    at = f"2026-01-{day:02d}"
    return {"incident_id": identity, "is_deleted": True, "modified_at": at, "_window_end": at, "_landed_at": at}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home: Path = tmp_path_factory.mktemp("changes")
    whole = {"full_read_at": "2026-01-10"}
    cases = [
        _case("deleted", 2), _tombstone("deleted", 3),
        _case("restored", 2), _tombstone("restored", 3), _case("restored", 5), _case("restored", 10, **whole),
        _case("missing", 4),
        # There when the table was read whole; an earlier window, read once more and later, does not make it older.
        _case("there", 10, **whole), {**_case("there", 4), "_landed_at": "2026-01-20"},
        _case("since_then", 12),
        # Two versions of one second: the row version decides.
        _case("twice", 12, version_number=8, state_code=1), {**_case("twice", 12, version_number=7), "_landed_at": "2026-01-14"},
        _case("merged", 12, is_merged=True, master_id="since_then", state_code=2),
        _case("of_merged_person", 12, customer_id="q"), _case("cancelled", 12, state_code=2),
    ]  # fmt: skip
    life = {"created_at": OPENED, "modified_at": OPENED}
    people = [
        {"contact_id": "p", "external_id": "K-1", "email1": "ada@post.example", **life},
        {"contact_id": "q", "is_merged": True, "master_id": "p", "state_code": 1, **life},
    ]
    calls = [
        {"phonecall_id": "call", "regarding_id": "merged", "regarding_type": "incident", "started_at": OPENED, "state_code": 1, **life}
    ]
    rows = {
        ("dynamics365", "incidents"): cases,
        ("dynamics365", "contacts"): people,
        ("dynamics365", "phonecalls"): calls,
        ("files", "customers"): [{"customer_id": "K-1", "segment": "business"}],
    }
    return SmallWarehouse(home, rows, marts=["fct_contacts"], as_of="2026-02-01", data_tests=False)


def test_what_is_gone_vanishes_and_what_was_merged_moves(warehouse: SmallWarehouse) -> None:
    found = warehouse.ask("select channel, is_resolved, segment, count(*) as contacts from fct_contacts group by all order by all")
    # Web: restored, there, twice (resolved) and of_merged_person; since_then is counted through the call about the case merged into it.
    assert [(row["channel"], row["is_resolved"], row["segment"], row["contacts"]) for row in found] == [
        ("phone", False, "business", 1), ("web", False, "business", 3), ("web", True, "business", 1)
    ]  # fmt: skip
    assert warehouse.one("select count(distinct customer_key) as customers, count(customer_key) as known from fct_contacts") == {
        "customers": 1, "known": 5
    }  # fmt: skip
