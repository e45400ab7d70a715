"""Intercom's records as rows: customers, ratings, tickets, and what of people is not kept."""

from datetime import UTC, datetime

from kuulo.settings import Settings
from kuulo.sources.intercom import INTERCOM
from tests.landing.landings import land, typed_rows, untyped_rows
from tests.loopback_server import Reply
from tests.sources.intercom_workspace import DAY, START, Record, Workspace, conversation


def test_a_conversation_is_a_row_with_its_customer_and_statistics(settings: Settings) -> None:
    author = {"type": "user", "id": "b", "email": "b@x.example"}
    told = conversation(
        471,
        START,
        title="Where is my lamp",
        open=False,
        admin_assignee_id=991,
        team_assignee_id=5017691,
        source={"type": "email", "delivered_as": "customer_initiated", "body": "<p>secret</p>", "author": author},
        contacts={"type": "contact.list", "contacts": [{"id": "a", "external_id": "69"}, {"id": "b", "external_id": "70"}]},
        tags={"tags": [{"name": "billing"}, {"name": "vip"}]},
        statistics={"first_admin_reply_at": START - 10, "time_to_admin_reply": 7, "count_reopens": 1, "handling_time": 2310},
        first_contact_reply={"created_at": START - 50},
        ai_agent_participated=True,
        ai_agent={"resolution_state": "routed_to_team", "last_answer_type": None},
        linked_objects={"data": [{"type": "ticket", "id": "9"}, {"type": "conversation", "id": "8"}]},
        custom_attributes={"plan": "Glow"},
        brand_new=3,
    )  # fmt: skip
    land(settings, INTERCOM, "conversations", Workspace([told]))
    (row,) = typed_rows(settings, INTERCOM, "conversations")
    assert (row["conversation_id"], row["contact_id"], row["contact_external_id"], row["contact_count"]) == ("471", "b", "70", 2)
    assert (row["source_type"], row["delivered_as"], row["author_email"]) == ("email", "customer_initiated", "b@x.example")
    assert (row["admin_assignee_id"], row["team_assignee_id"], row["is_open"]) == ("991", "5017691", False)
    assert (row["tag_names"], row["topic_names"], row["linked_ticket_ids"]) == ("billing; vip", None, "9")
    assert row["first_admin_reply_at"] == datetime(2026, 1, 9, 23, 59, 50)  # noqa: DTZ001 - typed times are naive UTC
    assert (row["time_to_admin_reply_seconds"], row["count_reopens"], row["handling_seconds"], row["last_close_at"]) == (7, 1, 2310, None)
    assert (row["ai_agent_participated"], row["ai_resolution_state"], row["custom_attributes"]) == (
        True,
        "routed_to_team",
        '{"plan":"Glow"}',
    )
    assert row["_extra"] == '{"ai_agent":{"last_answer_type":null},"brand_new":3}'


def test_an_author_who_was_merged_away_is_not_the_customer(settings: Settings) -> None:
    source = {"type": "conversation", "author": {"type": "lead", "id": "old", "email": "l@x.example"}}
    told = conversation(1, START, source=source, contacts={"contacts": [{"id": "new", "external_id": None}]})
    outbound = conversation(
        2, START, source={"type": "push", "author": {"type": "admin", "id": "7", "email": "pia@kajo.example"}}, contacts=None
    )
    land(settings, INTERCOM, "conversations", Workspace([told, outbound]))
    rows = typed_rows(settings, INTERCOM, "conversations")
    assert [(r["contact_id"], r["author_id"], r["author_email"]) for r in rows] == [("new", "old", "l@x.example"), (None, None, None)]


def test_ratings_are_rows_of_their_own_asked_for_or_given(settings: Settings) -> None:
    asked_at, given_at = START - 600, START - 300
    times = {"created_at": asked_at, "updated_at": given_at}
    found = [
        conversation(1, START, conversation_rating={"rating": 4, "remark": "ok", **times, "teammate": {"id": 991}}),
        conversation(2, START, conversation_rating={"rating": None, "remark": None, "created_at": asked_at, "updated_at": asked_at}),
        conversation(3, START, conversation_rating=None, ai_agent={"rating": 5, "rating_remark": "quick", "created_at": given_at}),
        conversation(4, START, conversation_rating={"rating": "great", "created_at": asked_at}, ai_agent=None),
        conversation(5, START),
    ]  # fmt: skip
    receipts, _ = land(settings, INTERCOM, "conversations", Workspace(found, size=9))
    rows = typed_rows(settings, INTERCOM, "conversation_ratings")
    assert [(r["rating_id"], r["survey_id"], r["question_id"], r["score"], r["comment"], r["admin_id"]) for r in rows] == [
        ("1", "conversation_rating", "value", 4.0, "ok", "991"),
        ("2", "conversation_rating", "value", None, None, None),
        ("3:ai_agent", "ai_agent_rating", "value", 5.0, "quick", None),
    ]
    at = {row["conversation_id"]: (row["requested_at"], row["answered_at"]) for row in rows}
    requested, given = (datetime.fromtimestamp(second, UTC).replace(tzinfo=None) for second in (asked_at, given_at))
    assert at == {"1": (requested, given), "2": (requested, None), "3": (None, given)}
    assert [u["rule"] for u in untyped_rows(settings, INTERCOM, "conversation_ratings")] == ["typed:score"]
    assert [(r.stream, r.received, r.untyped) for r in receipts] == [("conversation_ratings", 4, 1), ("conversations", 5, 0)]


def test_names_phone_numbers_and_places_of_contacts_stay_in_the_landed_page(settings: Settings) -> None:
    told = {
        "type": "contact", "id": "6762f1", "workspace_id": "w", "external_id": "70", "role": "user", "email": "joe@bloggs.example",
        "phone": "+1123", "name": "Joe Bloggs", "avatar": {"image_url": "x"}, "created_at": START - DAY, "updated_at": START,
        "language_override": None, "browser_language": "fi", "location": {"country": "Finland", "city": "Oulu"}, "owner_id": 7,
        "companies": {"data": [{"id": "c1"}, {"id": "c2"}]}, "custom_attributes": {}, "unsubscribed_from_emails": False, "os": "x",
    }  # fmt: skip
    land(settings, INTERCOM, "contacts", lambda _asked: Reply({"data": [told], "pages": {"next": None}}))
    (row,) = typed_rows(settings, INTERCOM, "contacts")
    assert (row["contact_id"], row["external_id"], row["role"], row["email"]) == ("6762f1", "70", "user", "joe@bloggs.example")
    assert (row["country"], row["language"], row["company_id"], row["owner_id"]) == ("Finland", "fi", "c1", "7")
    assert "Joe" not in str(row)
    assert "Oulu" not in str(row)


def test_a_ticket_says_by_its_parts_when_it_was_answered_resolved_and_opened_again(settings: Settings) -> None:
    def moved(at: int, before: str, after: str) -> Record:
        return {"part_type": "ticket_state_updated_by_admin", "created_at": at, "previous_ticket_state": before, "ticket_state": after}

    parts = [
        moved(START - 10, "submitted", "resolved"), moved(START - 5, "resolved", "in_progress"),
        moved(START - 1, "in_progress", "resolved"), moved(START, "resolved", "resolved"),
        {"part_type": "comment", "created_at": START - 20, "author": {"type": "admin"}},
        {"part_type": "quick_reply", "created_at": START - 30, "author": {"type": "bot"}},
        {"part_type": "comment", "created_at": START - 25, "author": {"type": "user"}},
        {"part_type": "note", "created_at": START - 40, "author": {"type": "admin"}},
    ]  # fmt: skip
    told = {
        "type": "ticket", "id": "633", "ticket_id": "40", "category": "Customer", "ticket_state": {"category": "resolved"}, "open": False,
        "ticket_type": {"name": "Return"}, "contacts": {"contacts": [{"id": "a", "external_id": "70"}]}, "admin_assignee_id": "0",
        "team_assignee_id": "5", "created_at": START - 60, "updated_at": START, "ticket_parts": {"ticket_parts": parts},
        "linked_objects": {"data": [{"type": "conversation", "id": "8"}]}, "ticket_attributes": {"_default_title_": "x"},
    }  # fmt: skip
    older = {**told, "id": "634", "ticket_state": "submitted", "ticket_parts": None, "linked_objects": None}
    land(settings, INTERCOM, "tickets", lambda _asked: Reply({"tickets": [told, older], "pages": {}}))
    first, second = typed_rows(settings, INTERCOM, "tickets")
    assert (first["ticket_id"], first["ticket_number"], first["state"], first["ticket_type"]) == ("633", "40", "resolved", "Return")
    assert (first["contact_id"], first["admin_assignee_id"], first["team_assignee_id"]) == ("a", None, "5")
    assert (first["first_admin_reply_at"].second, first["resolved_at"].second, first["reopen_count"]) == (40, 59, 1)
    assert (first["agent_replies"], first["customer_replies"], first["linked_conversation_ids"]) == (1, 1, "8")
    assert (second["state"], second["first_admin_reply_at"], second["reopen_count"], second["linked_conversation_ids"]) == (
        "submitted",
        None,
        0,
        None,
    )


def test_admins_and_teams_come_in_one_answer_without_names_of_people(settings: Settings) -> None:
    admin = {
        "type": "admin",
        "id": "991",
        "name": "Ciaran Lee",
        "email": "a@kajo.example",
        "has_inbox_seat": True,
        "team_ids": [5],
        "away_mode_enabled": False,
    }
    land(settings, INTERCOM, "admins", lambda _asked: Reply({"type": "admin.list", "admins": [admin]}))
    (row,) = typed_rows(settings, INTERCOM, "admins")
    assert (row["admin_id"], row["email"], row["team_ids"], row["_extra"]) == ("991", "a@kajo.example", "[5]", None)
    land(
        settings,
        INTERCOM,
        "teams",
        lambda _asked: Reply({"type": "team.list", "teams": [{"type": "team", "id": "5", "name": "Care", "admin_ids": [991]}]}),
    )
    (row,) = typed_rows(settings, INTERCOM, "teams")
    assert (row["team_id"], row["name"], row["admin_ids"]) == ("5", "Care", "[991]")
