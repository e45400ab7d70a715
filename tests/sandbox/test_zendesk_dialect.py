"""The sandbox's Zendesk over the wire: proofs, exports that end and hold back, lists by cursor, and what people are known by."""

import base64
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests

from kuulo.sandbox.company import Company
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.server import SandboxServer
from kuulo.sandbox.zendesk_dialect import TOKEN_WITHOUT_CSAT, ZENDESK_LOGIN, ZENDESK_TOKEN
from kuulo.sandbox.zendesk_records import TOPIC_FIELD, TOPIC_TAG

Ask = Callable[..., requests.Response]
BASE = "/api/v2"
TICKETS, USERS = f"{BASE}/incremental/tickets/cursor.json", f"{BASE}/incremental/users/cursor.json"
ORGANIZATIONS, EVENTS = f"{BASE}/incremental/organizations.json", f"{BASE}/incremental/ticket_metric_events.json"
RATINGS, RESPONSES = f"{BASE}/satisfaction_ratings.json", f"{BASE}/guide/survey_responses"
START, END = int(HISTORY_START.timestamp()), int(AS_OF.timestamp())


def basic(login: str = f"{ZENDESK_LOGIN}/token", token: str = ZENDESK_TOKEN) -> str:
    return "Basic " + base64.b64encode(f"{login}:{token}".encode()).decode()


@pytest.fixture(scope="module")
def ask(sandbox: SandboxServer) -> Iterator[Ask]:
    with requests.Session() as session:

        def call(path: str, proof: str | None = basic(), **params: Any) -> requests.Response:
            headers = {"Authorization": proof} if proof else {}
            return session.get(sandbox.url_of("zendesk") + path, params=params, headers=headers, timeout=10)

        yield call


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def exported(ask: Ask, path: str, name: str, size: int, **params: Any) -> list[dict[str, Any]]:
    """Every record of an export behind a cursor."""
    found: list[dict[str, Any]] = []
    place: dict[str, Any] = {"start_time": START}
    while True:
        page = ask(path, per_page=size, **place, **params).json()
        assert len(page[name]) <= size
        found += page[name]
        if page["end_of_stream"]:
            return found
        place = {"cursor": page["after_cursor"]}


def listed(ask: Ask, path: str, name: str, size: int) -> list[dict[str, Any]]:
    """Every record of a list behind a cursor."""
    found: list[dict[str, Any]] = []
    place: dict[str, str] = {}
    while True:
        page = ask(path, **{"page[size]": size}, **place).json()
        found += page[name]
        if not page["meta"]["has_more"]:
            return found
        place = {"page[after]": page["meta"]["after_cursor"]}


@pytest.mark.parametrize(
    ("proof", "status"),
    [
        (basic(), 200), (f"Bearer {ZENDESK_TOKEN}", 200), (None, 401), (basic(login=ZENDESK_LOGIN), 401), (basic(token="wrong"), 401),
        ("Basic ???", 401), (f"Basic {ZENDESK_TOKEN}", 401),
    ],
)  # fmt: skip
def test_a_token_goes_with_its_users_address(ask: Ask, proof: str | None, status: int) -> None:
    assert ask(f"{BASE}/groups.json", proof).status_code == status


def test_a_plan_without_csat_refuses_ratings_only(ask: Ask) -> None:
    statuses = [ask(path, basic(token=TOKEN_WITHOUT_CSAT)).status_code for path in (RATINGS, RESPONSES, f"{BASE}/groups.json")]
    assert statuses == [403, 403, 200]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        (TICKETS, {}, 400), (TICKETS, {"start_time": "yesterday"}, 400), (TICKETS, {"start_time": END - 59}, 400),
        (TICKETS, {"start_time": END - 60}, 200), (TICKETS, {"cursor": "?"}, 400), (RATINGS, {"page[size]": 101}, 400),
        (f"{BASE}/tickets.json", {}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(ask: Ask, path: str, params: dict[str, Any], status: int) -> None:
    assert ask(path, **params).status_code == status


@pytest.mark.parametrize(("path", "name"), [(TICKETS, "tickets"), (USERS, "users")])
def test_an_export_tells_every_record_once_in_pages_of_any_size(ask: Ask, path: str, name: str) -> None:
    whole = exported(ask, path, name, 1000)
    assert len({record["id"] for record in whole}) == len(whole) > 50
    assert exported(ask, path, name, 7) == whole


def test_an_export_that_has_ended_goes_on_with_nothing(ask: Ask) -> None:
    end = ask(TICKETS, start_time=START).json()
    after = ask(TICKETS, cursor=end["after_cursor"]).json()
    assert (after["tickets"], after["after_cursor"], after["end_of_stream"]) == ([], end["after_cursor"], True)


def test_tickets_are_ordered_by_generation_and_some_were_only_touched_by_the_system(ask: Ask) -> None:
    tickets = exported(ask, TICKETS, "tickets", 1000)
    generated = [ticket["generated_timestamp"] for ticket in tickets]
    assert generated == sorted(generated)
    updated = [_seconds(ticket["updated_at"]) for ticket in tickets]
    assert any(late - early > 3_600 for late, early in zip(generated, updated, strict=True))


def test_metrics_come_when_they_are_asked_for_and_never_of_deleted_tickets(ask: Ask) -> None:
    assert not any("metric_set" in ticket for ticket in exported(ask, TICKETS, "tickets", 1000))
    tickets = exported(ask, TICKETS, "tickets", 1000, include="metric_sets")
    assert {("metric_set" in ticket, ticket["status"] == "deleted") for ticket in tickets} == {(True, False), (False, True)}
    living = exported(ask, TICKETS, "tickets", 1000, exclude_deleted="true")
    assert len(living) == sum(ticket["status"] != "deleted" for ticket in tickets) < len(tickets)


def test_exports_by_time_tell_where_to_go_on_and_only_one_tells_the_end(ask: Ask) -> None:
    organizations, events = ask(ORGANIZATIONS, start_time=0).json(), ask(EVENTS, start_time=0).json()
    assert organizations["count"] == len(organizations["organizations"]) > 10
    assert organizations["end_of_stream"] is True
    assert "end_of_stream" not in events
    assert events["count"] == len(events["ticket_metric_events"]) < 1000
    again = ask(ORGANIZATIONS, start_time=organizations["end_time"]).json()
    assert again["organizations"] == organizations["organizations"][-again["count"] :]
    assert again["count"] >= 1


@pytest.mark.parametrize(("path", "name"), [(RATINGS, "satisfaction_ratings"), (RESPONSES, "survey_responses")])
def test_a_list_tells_every_record_once_in_pages_of_any_size(ask: Ask, path: str, name: str) -> None:
    whole = listed(ask, path, name, 100)
    assert len({record["id"] for record in whole}) == len(whole) > 5
    assert listed(ask, path, name, 3) == whole


def test_ratings_and_responses_are_found_from_when_they_were_offered(ask: Ask) -> None:
    ratings = ask(RATINGS).json()["satisfaction_ratings"]
    middle = sorted(_seconds(rating["created_at"]) for rating in ratings)[len(ratings) // 2]
    later = ask(RATINGS, start_time=int(middle)).json()["satisfaction_ratings"]
    assert later == [rating for rating in ratings if _seconds(rating["created_at"]) >= middle]
    assert ask(RESPONSES, **{"filter[created_at_start]": 1000 * END}).json()["survey_responses"] == []


def test_the_two_ways_of_rating_followed_one_another(ask: Ask, small_company: Company) -> None:
    words = {rating["score"] for rating in listed(ask, RATINGS, "satisfaction_ratings", 100)}
    assert {"good", "bad", "offered", "great"} <= words
    answers = [answer for response in listed(ask, RESPONSES, "survey_responses", 100) for answer in response["answers"]]
    assert {answer["type"] for answer in answers} == {"rating_scale", "open_ended", "skipped"}
    offered = {invite.invite_id for invite in small_company.vendor_invites if invite.survey_id == "satisfaction_rating"}
    assert max(rating["created_at"] for rating in listed(ask, RATINGS, "satisfaction_ratings", 100)) < "2026-01-01"
    assert offered <= {f"rating-{rating['id']}" for rating in listed(ask, RATINGS, "satisfaction_ratings", 100)}


def test_people_are_known_by_number_by_address_or_twice(ask: Ask, small_company: Company) -> None:
    users = {str(user["id"]): user for user in exported(ask, USERS, "users", 1000)}
    known = [person for person in small_company.people if "zendesk" in person.known_as]
    for person in known:
        *merged, living = (users[identity] for identity in person.known_as["zendesk"])
        assert living["external_id"] in (None, *person.customer_ids)
        assert (living["email"] or "").lower() in ("", *person.emails)
        assert living["external_id"] or living["email"]
        assert all((user["active"], user["email"], user["external_id"]) == (False, None, None) for user in merged)
    assert any(len(person.known_as["zendesk"]) == 2 for person in known)
    tickets = [contact for contact in small_company.contacts if contact.system == "zendesk"]
    visitors = [users[str(ticket.customer_id)] for ticket in tickets if ticket.person is None]
    assert visitors
    assert all((user["email"], user["external_id"], user["phone"]) == (None, None, None) for user in visitors)


def test_who_was_merged_left_the_address_to_the_other(ask: Ask, small_company: Company) -> None:
    merged = [p for p in small_company.people if len(p.known_as.get("zendesk", ())) == 2 and p.emails]
    shown = ask(f"{BASE}/users/show_many.json", ids=",".join(i for p in merged for i in p.known_as["zendesk"]), include="identities").json()
    assert {user["id"] for user in shown["users"]} == {int(person.known_as["zendesk"][-1]) for person in merged}
    found = {(identity["user_id"], identity["value"]) for identity in shown["identities"]}
    assert found == {(int(person.known_as["zendesk"][-1]), email) for person in merged for email in person.emails}
    assert "identities" not in ask(f"{BASE}/users/show_many.json", ids="1").json()
    assert ask(f"{BASE}/users/show_many.json", ids=",".join(map(str, range(101)))).status_code == 400


def test_a_topic_is_in_a_field_or_a_tag(ask: Ask) -> None:
    tickets = exported(ask, TICKETS, "tickets", 1000)
    by_field = [t for t in tickets if any(str(f["id"]) == TOPIC_FIELD and f["value"] for f in t["custom_fields"])]
    by_tag = [t for t in tickets if any(tag.startswith(TOPIC_TAG) for tag in t["tags"])]
    assert by_field
    assert by_tag
    assert not {t["id"] for t in by_field} & {t["id"] for t in by_tag}
