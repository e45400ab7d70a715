"""Intercom's own specification, served by Prism: each request of ours is valid by it, and each documented answer lands."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, SourceContractBroken
from kuulo.sources.intercom import INTERCOM
from kuulo.sources.source import Window
from tests.landing.landings import land, typed_rows, untyped_rows
from tests.proof.front import Front, ended
from tests.proof.intercom_specification import as_lived
from tests.proof.prism import prism

pytestmark = pytest.mark.proof

RECORDS_AT = {
    "contacts": "data",
    "companies": "data",
    "conversations": "conversations",
    "admins": "admins",
    "teams": "teams",
    "tickets": "tickets",
}


@pytest.fixture(scope="module")
def with_examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prism answering with the examples of whole answers."""
    with prism(as_lived(), tmp_path_factory.mktemp("prism")) as address:
        yield address


@pytest.fixture(scope="module")
def with_every_field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prism answering with every field that is documented, each with the field's own example."""
    with prism(as_lived(), tmp_path_factory.mktemp("prism"), "--ignoreExamples") as address:
        yield address


@pytest.fixture(autouse=True)
def day_of_the_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which the examples' conversation changed, since only those of the window are asked for their parts."""
    window = Window(datetime(2024, 12, 18, tzinfo=UTC), datetime(2024, 12, 19, tzinfo=UTC))
    monkeypatch.setattr("tests.landing.landings.WINDOW", window)


def _last(document: dict[str, Any]) -> None:
    """Make an answer one that nothing follows: a search says so, a scroll comes to an empty page."""
    if document.get("pages"):
        document["pages"]["next"] = None
    if "scroll_param" in document:
        document["data"] = []


def _values(row: dict[str, Any], *names: str) -> list[Any]:
    return [value.isoformat() if isinstance(value := row[name], datetime) else value for name in names]


def _landed(settings: Settings, stream: str, *names: str) -> list[list[Any]]:
    return [_values(row, *names) for row in typed_rows(settings, INTERCOM, stream)]


def test_documented_conversations_land_with_their_parts(settings: Settings, with_examples: str) -> None:
    front = Front(with_examples)
    for stream in ("conversations", "conversation_parts"):
        land(settings, INTERCOM, stream, front)
    assert front.refused == []
    assert [(v.asked.method, v.asked.target) for v in front.verdicts] == [
        ("POST", "/conversations/search"), ("POST", "/conversations/search"), ("GET", "/conversations/515?display_as=plaintext"),
    ]  # fmt: skip
    names = (
        "conversation_id",
        "updated_at",
        "state",
        "contact_id",
        "contact_external_id",
        "delivered_as",
        "author_type",
        "admin_assignee_id",
    )
    assert _landed(settings, "conversations", *names) == [
        ["515", "2024-12-18T15:59:06", "closed", "6762f14a1bb69f9f2193bbb3", "70", "admin_initiated", "admin", "991267715"]
    ]
    assert typed_rows(settings, INTERCOM, "conversation_ratings") == []  # none was asked for
    assert _landed(settings, "conversation_parts", "conversation_id", "part_id", "part_type", "created_at", "author_type", "state") == [
        ["515", "1", "comment", "2022-09-19T14:20:23", "admin", "open"],
        ["515", "2", "custom_action_started", "2025-02-21T12:44:02", "admin", "open"],
        ["515", "3", "conversation_attribute_updated_by_admin", "2025-02-21T12:44:11", "bot", "open"],
        ["515", "4", "custom_action_finished", "2025-02-21T12:44:17", "admin", "closed"],
    ]


def test_documented_tickets_admins_and_empty_lists_land(settings: Settings, with_examples: str) -> None:
    front = Front(with_examples)
    received = {stream: land(settings, INTERCOM, stream, front)[0][-1].received for stream in ("tickets", "admins", "contacts", "teams")}
    assert front.refused == []
    assert received == {"tickets": 1, "admins": 1, "contacts": 0, "teams": 0}
    names = ("ticket_id", "ticket_number", "category", "state", "contact_external_id", "admin_assignee_id", "updated_at", "resolved_at")
    assert _landed(settings, "tickets", *names) == [
        ["633", "40", "Back-office", "submitted", "9b913927-c084-4391-b1db-098341b5ffe3", None, "2024-12-18T16:06:32", None]
    ]
    assert _landed(settings, "admins", "admin_id", "email", "team_ids") == [["991267466", "admin7@email.com", "[]"]]


def test_a_scroll_sends_back_what_it_was_given_and_ends_with_an_empty_page(settings: Settings, with_examples: str) -> None:
    front = Front(with_examples)
    land(settings, INTERCOM, "companies", ended(front, _last))
    assert front.refused == []
    assert [v.asked.target for v in front.verdicts] == [
        "/companies/scroll", "/companies/scroll?scroll_param=69352cd2-ab5b-42ac-b004-a13d4e55e9b0",
    ]  # fmt: skip
    assert _landed(settings, "companies", "company_id", "external_id", "name", "user_count", "updated_at") == [
        ["6762f0971bb69f9f2193bb2b", "remote_companies_scroll_2", "IntercomQATest1", 4, "2024-12-18T15:56:07"]
    ]


def test_searches_send_back_the_documented_cursor_and_every_documented_field_lands(settings: Settings, with_every_field: str) -> None:
    front = Front(with_every_field)
    for stream in ("contacts", "conversations", "tickets"):
        land(settings, INTERCOM, stream, ended(front, _last))
    assert front.refused == []
    assert [v.asked.body["pagination"] for v in front.verdicts] == [
        cursor
        for size in (150, 150, 50)
        for cursor in ({"per_page": size}, {"per_page": size, "starting_after": "your-cursor-from-response"})
    ]
    contact = ["5ba682d23d7cf92bef87bfd4", "f3b87a2e09d514c6c2e79b9a", "joe@example.com", "Ireland", "en", "2019-10-21T15:35:54"]
    assert _landed(settings, "contacts", "contact_id", "external_id", "email", "country", "language", "updated_at") == [contact] * 2
    names = ("conversation_id", "tag_names", "linked_ticket_ids", "sla_status", "handling_seconds", "count_reopens", "first_admin_reply_at")
    assert _landed(settings, "conversations", *names) == [["1295", "Test tag", "7583", "hit", 2310, 1, "2022-09-19T14:20:33"]] * 2
    ratings = [["1295", "conversation_rating", 5.0, "1a2b3c", "2022-12-14T14:41:34"], ["1295", "ai_agent_rating", 4.0, None, None]]
    assert _landed(settings, "conversation_ratings", "conversation_id", "survey_id", "score", "admin_id", "requested_at") == ratings * 2
    ticket = ["1295", "Bug", "submitted", "1295", 1, "2022-09-19T14:20:23"]
    names = ("ticket_id", "ticket_type", "state", "admin_assignee_id", "agent_replies", "first_admin_reply_at")
    assert _landed(settings, "tickets", *names) == [
        ticket, ticket,
    ]  # fmt: skip


def test_every_documented_field_of_teams_and_companies_lands(settings: Settings, with_every_field: str) -> None:
    front = Front(with_every_field)
    land(settings, INTERCOM, "teams", front)
    land(settings, INTERCOM, "companies", ended(front, _last))
    assert front.refused == []
    assert _landed(settings, "teams", "team_id", "name", "admin_ids") == [["814865", "Example Team", "[493881]"]]
    names = ("company_id", "external_id", "name", "plan_name", "size", "monthly_spend", "remote_created_at")
    assert _landed(settings, "companies", *names) == [
        ["531ee472cce572a6ec000006", "6", "Blue Sun", "Pro", 100, 100.0, "2022-09-19T14:20:23"]
    ]


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ("contacts", "the vendor's cursor leads back to a page that was read.* goes in circles"),
        ("conversations", "the vendor's cursor leads back to a page that was read.* goes in circles"),
        ("companies", "the scroll comes to a record that was read.* goes in circles"),
    ],
)
def test_paging_that_never_ends_is_ended_by_our_guard(settings: Settings, with_every_field: str, stream: str, message: str) -> None:
    front = Front(with_every_field)
    with pytest.raises(SourceContractBroken, match=rf"^intercom/{stream}, page \d: {message}"):
        land(settings, INTERCOM, stream, front)
    assert front.refused == []
    assert len(front.verdicts) == 2


@pytest.mark.parametrize("stream", [*RECORDS_AT, "conversation_parts"])
def test_prism_refuses_another_version_and_a_missing_token(settings: Settings, with_examples: str, stream: str) -> None:
    front = Front(with_examples, headers={"Intercom-Version": "3.14"})
    with pytest.raises(SourceContractBroken, match=f"^intercom/{stream}, page 1: refused with status 422"):
        land(settings, INTERCOM, stream, front)
    front.headers = {"Authorization": None}
    with pytest.raises(BadCredentials, match=r"the secret is refused \(401\).* or grant the app the permission `Read "):
        land(settings, INTERCOM, stream, front)
    assert [verdict.status for verdict in front.verdicts] == [422, 401]
    assert front.verdicts[0].asked.headers["Intercom-Version"] == "2.14"  # what we send; the front set the other


def _outcome(settings: Settings, stream: str, front: Front) -> LandingReceipt | SourceContractBroken:
    """How landing a stream ended: in a receipt, or in a refusal."""
    try:
        return land(settings, INTERCOM, stream, ended(front, _last, pages=2 if stream == "companies" else 1))[0][-1]
    except SourceContractBroken as refusal:
        return refusal


@pytest.mark.parametrize("seed", ["kuulo", "voice", "customer"])
def test_anything_that_fits_the_schemas_lands_or_is_refused_with_a_reason(settings: Settings, tmp_path: Path, seed: str) -> None:
    """Prism makes answers up, the same ones each time for a seed: nulls for records, times before 1970, answers without a list."""
    with prism(as_lived(), tmp_path, "--dynamic", "--seed", seed) as address:
        for stream, records_at in RECORDS_AT.items():
            front = Front(address)
            outcome = _outcome(settings, stream, front)
            assert front.refused == []
            told = (front.verdicts[0].body or {}).get(records_at)
            if told is None:
                found = "no list" if records_at in (front.verdicts[0].body or {}) else "nothing"
                assert f"intercom/{stream}, page 1: the answer has {found} at `{records_at}`" in str(outcome)
                continue
            assert isinstance(outcome, LandingReceipt), outcome
            rows, refused = typed_rows(settings, INTERCOM, stream), untyped_rows(settings, INTERCOM, stream)
            assert outcome.received == len(rows) + len(refused) == len(told)
            assert [row["reason"] for row in refused if row["record"] == "null"] == ["the record is not an object"] * told.count(None)
            assert all(row["rule"] and row["reason"] for row in refused)
