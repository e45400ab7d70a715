"""First-contact resolution from rows to mart: one customer known by three systems, bots, edges, exclusions."""

from typing import Any

import pytest

from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt


def _call(contact_id: str, customer_id: str | None, opened_at: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "customer_id": customer_id, "channel": "phone", "topic": "billing", "opened_at": opened_at, **more}


CONTACTS = [
    _call("same-1", "same", "2026-05-01T10:00:00", is_resolved=True),
    _call("same-2", "same", "2026-05-01T10:00:00", is_resolved=True),
    _call("exact-1", "exact", "2026-05-01T10:00:00.000001", is_resolved=True),
    _call("exact-2", "exact", "2026-05-08T10:00:00.000001", topic=" Billing ", is_resolved=True),
    _call("late-1", "late", "2026-05-01T10:00:00", is_resolved=True),
    _call("late-2", "late", "2026-05-08T10:00:00.000001", is_resolved=True),
    _call("bot-1", "bot", "2026-05-01T10:00:00", channel="bot", is_bot=True, is_resolved=True),
    _call("bot-2", "bot", "2026-05-01T10:20:00", channel="chat", is_resolved=True),
    _call("abandoned-1", "abandoned", "2026-05-01T10:00:00", is_abandoned=True),
    _call("abandoned-2", "abandoned", "2026-05-01T10:05:00", is_resolved=True, transfer_count=1),
    _call("outbound-1", "outbound", "2026-05-01T10:00:00", is_resolved=True, agent_replies=1, customer_replies=2),
    _call("outbound-2", "outbound", "2026-05-02T10:00:00", direction=" Outbound"),
    _call("nobody-1", None, "2026-05-01T10:00:00", is_resolved=True, agent_replies=2, customer_replies=0),
    _call("nobody-2", None, "2026-05-01T11:00:00", is_resolved=True, agent_replies=0, customer_replies=0),
    _call("return-1", "return", "2026-05-01T10:00:00", topic="hardware_return", is_resolved=False),
    _call("silent-1", "silent", "2026-05-01T10:00:00"),
    _call("young-2", "eager", "2026-05-30T10:00:00", is_resolved=False),
    _call("young-3", "eager", "2026-05-30T11:00:00", is_resolved=True),
    _call("no-topic-1", "no-topic", "2026-05-01T10:00:00", topic=None, is_resolved=True),
    _call("no-topic-2", "no-topic", "2026-05-02T10:00:00", topic=None, is_resolved=True),
    _call("young-1", "young", "2026-05-31T10:00:00", is_resolved=True),
    _call("by-mail-1", None, "2026-05-01T10:00:00", email=" Ann@Example.org", channel="email", is_resolved=True),
    _call("later", "young", "2026-06-01T00:00:00", is_resolved=True),
]
HUBSPOT = {
    ("hubspot", "contacts"): [
        {"contact_id": "52", "email": "ann@example.org", "merged_object_ids": "51", "segment": "business", "updated_at": "2026-05-01"},
    ],
    ("hubspot", "tickets"): [
        {
            "ticket_id": "900",
            "category": "BILLING",
            "source_type": "FORM",
            "opened_at": "2026-05-03T10:00:00",
            "closed_at": "2026-05-04T10:00:00",
            "owner_id": "7",
            "updated_at": "2026-05-04",
        },
    ],
    ("hubspot", "associations"): [{"from_type": "tickets", "from_id": "900", "to_type": "contacts", "to_id": "51"}],
    ("hubspot", "owners"): [{"owner_id": "7", "team_name": "Care North", "updated_at": "2026-05-01"}],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    rows = {("files", "contacts"): CONTACTS, **HUBSPOT}
    return SmallWarehouse(tmp_path_factory.mktemp("fcr") / "kuulo", rows, marts=["fcr_by_day", "service_levels_by_day"], as_of="2026-06-01")


def test_parts_over_all_cuts(warehouse: SmallWarehouse) -> None:
    parts = [
        "contacts",
        "first_contacts",
        "resolved_first",
        "repeats",
        "pending",
        "excluded",
        "excluded_resolved",
        "unidentified",
        "ineligible",
    ]
    totals = warehouse.one(f"select {', '.join(f'sum({part}) as {part}' for part in parts)} from fcr_by_day")
    assert totals == {
        "contacts": 23,  # all but the one that is later than the reporting instant
        "first_contacts": 13,
        "resolved_first": 4,  # late-1, late-2, outbound-1 and silent-1, of which nobody said anything
        "repeats": 6,  # same-2, exact-2, bot-2, no-topic-2, young-3 and the ticket of who wrote by mail
        "pending": 2,  # young-1, and young-2 though it failed already
        "excluded": 1,
        "excluded_resolved": 0,
        "unidentified": 2,
        "ineligible": 2,
    }


def test_verdict_of_each_contact(warehouse: SmallWarehouse) -> None:
    verdicts = warehouse.ask("select fcr_status, count(*) as contacts from fct_contacts group by 1 order by 1")
    assert {row["fcr_status"]: row["contacts"] for row in verdicts} == {
        "excluded": 4,
        "pending": 2,
        "repeat": 6,
        "resolved": 4,
        "unresolved": 7,
    }


def test_a_customer_is_the_same_by_mail_and_in_the_crm(warehouse: SmallWarehouse) -> None:
    contacts = warehouse.ask(
        "select customer_key, channel, segment, team, fcr_status from fct_contacts where segment = 'business' order by opened_at"
    )
    assert [(row["channel"], row["team"], row["fcr_status"]) for row in contacts] == [
        ("email", "unknown", "unresolved"),
        ("web", "Care North", "repeat"),
    ]
    assert contacts[0]["customer_key"] == contacts[1]["customer_key"]


def test_a_day_where_nothing_is_judged_has_no_rate(warehouse: SmallWarehouse) -> None:
    young = warehouse.one("select first_contacts, pending, fcr_gross, fcr_net from fcr_by_day where day = '2026-05-31'")
    assert young == {"first_contacts": 1, "pending": 1, "fcr_gross": None, "fcr_net": None}


def test_net_leaves_out_what_no_first_contact_can_solve(warehouse: SmallWarehouse) -> None:
    returned = warehouse.one("select excluded, fcr_gross, fcr_net from fcr_by_day where topic = 'hardware_return'")
    assert returned == {"excluded": 1, "fcr_gross": 0.0, "fcr_net": None}


def test_vendors_figures_stand_beside_under_their_own_names(warehouse: SmallWarehouse) -> None:
    parts = [
        "one_touch",
        "resolved_with_agent_replies",
        "no_customer_reply",
        "resolved_with_customer_replies",
    ]
    totals = warehouse.one(f"select {', '.join(f'sum({part}) as {part}' for part in parts)} from fcr_by_day")
    assert totals == {
        "one_touch": 2,
        "resolved_with_agent_replies": 3,
        "no_customer_reply": 2,
        "resolved_with_customer_replies": 3,
    }


def test_handing_on_breaks_it_in_the_strict_view_only(warehouse: SmallWarehouse) -> None:
    query = """
        select sum(unresolved_by_transfer_only) as handed_on, sum(fcr_gross) as strict, sum(fcr_lenient) as lenient
        from fcr_by_day where {condition}
    """
    first_day = warehouse.one(query.format(condition="day = '2026-05-01' and channel = 'phone' and topic = 'billing'"))
    assert first_day == {"handed_on": 1, "strict": 3 / 6, "lenient": 4 / 6}


def test_a_topic_is_shown_as_given(warehouse: SmallWarehouse) -> None:
    assert warehouse.one(
        "select topic, fcr_status from fct_contacts where opened_at = '2026-05-08 10:00:00.000001' and topic <> 'billing'"
    ) == {
        "topic": "Billing",
        "fcr_status": "repeat",
    }


def test_a_bot_session_that_led_to_a_person_is_counted_as_escalated(warehouse: SmallWarehouse) -> None:
    bots = warehouse.one("select sum(bot_sessions) as bots, sum(escalated_from_bot) as escalated from service_levels_by_day")
    assert bots == {"bots": 1, "escalated": 1}
