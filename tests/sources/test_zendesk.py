"""Zendesk's records and lists: what is typed of a ticket and what of a person is not, plans and proofs."""

import base64
from typing import Any

import pytest

from kuulo.landing.land_stream import land_stream
from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, NotFound, SourceContractBroken
from kuulo.sources.source import Credentials
from kuulo.sources.zendesk import ZENDESK
from tests.landing.landings import WINDOW, land, typed_rows
from tests.loopback_server import Asked, Reply, in_order, serving
from tests.sources.zendesk_account import Account, at, landed, listed, ticket
from tests.still_time import StillTime

Record = dict[str, Any]
CREATED = "2026-01-09T10:00:00Z"


METRIC_SET = {
    "id": 7,
    "ticket_id": 35436,
    "reopens": 2,
    "replies": 3,
    "assignee_stations": 2,
    "group_stations": 1,
    "solved_at": "2026-01-10T09:00:00Z",
    "initially_assigned_at": "2026-01-09T11:00:00Z",
    "assigned_at": "2026-01-09T12:00:00Z",
    "reply_time_in_minutes": {"calendar": 75, "business": 15},
    "reply_time_in_seconds": {"calendar": None},
    "first_resolution_time_in_minutes": {"calendar": 60, "business": 30},
    "full_resolution_time_in_minutes": {"calendar": 1380, "business": 500},
    "agent_wait_time_in_minutes": {"calendar": 5, "business": 4},
    "requester_wait_time_in_minutes": {"calendar": 6, "business": 5},
    "on_hold_time_in_minutes": {"calendar": 0, "business": 0},
}


def test_a_ticket_comes_with_its_metrics_and_with_ids_of_any_size(settings: Settings) -> None:
    whole = ticket(
        35436, at("10 12:00:00"), status="closed", created_at=CREATED, type="question", priority="high", requester_id=2**62, assignee_id=5,
        group_id=6, organization_id=None, brand_id=8, external_id="x-1", tags=["a", "b"],
        via={"channel": "voice", "source": {"rel": "outbound"}},
        custom_fields=[{"id": 1, "value": None}], metric_set=METRIC_SET,
    )  # fmt: skip
    (row,) = landed(settings, "tickets", whole)
    assert {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items() if name[0] != "_"} == {
        "ticket_id": "35436", "status": "closed", "ticket_type": "question", "priority": "high", "topic": None, "tags": "a;b",
        "channel": "voice", "call_direction": "outbound", "requester_id": str(2**62), "assignee_id": "5", "organization_id": None,
        "group_id": "6", "brand_id": "8", "external_id": "x-1", "custom_fields": '[{"id":1,"value":null}]',
        "opened_at": "2026-01-09T10:00:00", "updated_at": "2026-01-10T12:00:00", "generated_at": "2026-01-10T12:00:00", "reopens": 2,
        "replies": 3, "assignee_stations": 2, "group_stations": 1, "initially_assigned_at": "2026-01-09T11:00:00",
        "assigned_at": "2026-01-09T12:00:00", "solved_at": "2026-01-10T09:00:00", "reply_seconds": None, "reply_minutes": 75,
        "reply_business_minutes": 15, "first_resolution_minutes": 60, "full_resolution_minutes": 1380, "agent_wait_minutes": 5,
        "requester_wait_minutes": 6, "on_hold_minutes": 0,
    }  # fmt: skip


def test_deleted_tickets_come_too_and_have_no_metrics(settings: Settings) -> None:
    deleted, archived = ticket(1, at("10 12:00:00"), status="deleted"), ticket(2, at("10 12:00:00"), status="closed", metric_set=METRIC_SET)
    rows = landed(settings, "tickets", deleted, archived)
    assert [(r["status"], r["reopens"]) for r in rows] == [("deleted", None), ("closed", 2)]


@pytest.mark.parametrize(
    ("knobs", "topic"),
    [
        ({}, None),
        ({"topic_field": "360"}, "billing"),
        ({"topic_field": "361", "topic_tag_prefix": "about_"}, "lamps"),
        ({"topic_tag_prefix": "none_"}, None),
    ],
)
def test_the_topic_is_of_the_field_or_tag_that_the_connection_names(settings: Settings, knobs: dict[str, str], topic: str | None) -> None:
    fields = [{"id": 361, "value": ""}, {"id": 360, "value": "billing"}]
    (row,) = landed(settings, "tickets", ticket(1, at("10 12:00:00"), custom_fields=fields, tags=["x", "about_lamps"]), knobs=knobs)
    assert row["topic"] == topic


def test_texts_names_and_numbers_of_people_go_no_further_than_the_page(settings: Settings) -> None:
    told = {
        "subject": "secret-1",
        "raw_subject": "secret-1",
        "description": "secret-1",
        "recipient": "secret-1",
        "collaborator_ids": ["secret-1"],
    }
    via = {"channel": "email", "source": {"from": {"address": "secret-1", "name": "secret-1"}, "rel": None}}
    user = {"id": 1, "updated_at": CREATED, "role": "end-user", "email": "ada@example.com", "phone": "secret-1", "name": "secret-1"}
    user |= {"notes": "secret-1", "details": "secret-1", "signature": "secret-1", "user_fields": {"a": "secret-1"}, "alias": "secret-1"}
    company = {"id": 1, "updated_at": CREATED, "name": "Lind", "notes": "secret-1", "details": "secret-1", "domain_names": ["secret-1"]}
    (row,) = landed(settings, "tickets", ticket(1, at("10 12:00:00"), via=via, **told))
    (known,) = landed(settings, "users", user)
    land(settings, ZENDESK, "organizations", in_order(Reply({"organizations": [company], "end_time": None, "end_of_stream": True})))
    (organization,) = typed_rows(settings, ZENDESK, "organizations")
    assert not [one for one in (row, known, organization) if "secret-1" in str(one)]
    assert (row["channel"], known["has_phone"], known["email"], organization["name"]) == ("email", True, "ada@example.com", "Lind")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply({"groups": []}), "does not say whether there is more"),
        (listed("groups", more=True), "gives no usable `meta.after_cursor`"),
        (listed("groups", more=True, after="same"), "goes in circles"),
        (Reply({"error": "x"}), "nothing at `groups`"),
    ],
)
def test_a_list_that_is_not_as_documented_stops(settings: Settings, reply: Reply, message: str) -> None:
    with pytest.raises(SourceContractBroken, match=message):
        land(settings, ZENDESK, "groups", in_order(reply))


def test_metric_events_and_groups(settings: Settings) -> None:
    event = {
        "id": 9,
        "ticket_id": 155,
        "metric": "reply_time",
        "instance_id": 1,
        "type": "apply_sla",
        "time": CREATED,
        "sla": {"target": 60},
    }
    land(
        settings,
        ZENDESK,
        "ticket_metric_events",
        in_order(Reply({"ticket_metric_events": [event], "count": 1, "end_time": at("09 10:00:00")})),
    )
    (row,) = typed_rows(settings, ZENDESK, "ticket_metric_events")
    assert (row["event_id"], row["event_type"], row["occurred_at"].isoformat(), row["sla"]) == (
        "9", "apply_sla", "2026-01-09T10:00:00", '{"target":60}'
    )  # fmt: skip
    group = {"id": 6, "name": "Care", "deleted": True, "created_at": CREATED, "updated_at": CREATED}
    assert [(r["group_id"], r["name"], r["is_deleted"]) for r in landed(settings, "groups", group)] == [("6", "Care", True)]


@pytest.mark.parametrize(
    ("stream", "missing"),
    [
        ("tickets", "an administrator's role, without which there are no incremental exports"),
        ("ticket_metric_events", "an administrator's role and a plan with metric events"),
        ("satisfaction_ratings", "a plan with the legacy CSAT .or name the stream in the connection's extra `without`."),
        ("csat_survey_responses", "a plan with CSAT surveys, Support Professional or more"),
        ("groups", "an agent's role, or the OAuth scope read"),
    ],
)
def test_a_refusal_names_what_is_missing(settings: Settings, stream: str, missing: str) -> None:
    with pytest.raises(BadCredentials, match=f"zendesk/{stream}, page 1: forbidden .403.*{missing}"):
        land(settings, ZENDESK, stream, lambda _: Reply({}, 403))


def test_a_plan_that_lacks_a_stream_stops_that_one_only_and_can_say_so(settings: Settings) -> None:
    account = Account()

    def script(asked: Asked) -> Reply:
        return account(asked) if "tickets" in asked.path else Reply({}, 403)

    land(settings, ZENDESK, "tickets", script)
    with pytest.raises(BadCredentials, match="zendesk/satisfaction_ratings"):
        land(settings, ZENDESK, "satisfaction_ratings", script)
    receipts, asked = land(
        settings, ZENDESK, "satisfaction_ratings", script, knobs={"without": "csat_survey_responses, satisfaction_ratings"}
    )
    assert (asked, receipts[0].received, receipts[0].note) == ([], 0, "not asked for, since the connection's extra `without` names it")


@pytest.mark.parametrize(
    ("login", "extra", "header"),
    [
        ("ada@example.com", {}, "Basic " + base64.b64encode(b"ada@example.com/token:canary-77").decode()),
        ("ada@example.com/token", {}, "Basic " + base64.b64encode(b"ada@example.com/token:canary-77").decode()),
        ("", {"auth": "oauth"}, "Bearer canary-77"),
    ],
)
def test_who_asks_is_proved_by_token_or_by_oauth(settings: Settings, login: str, extra: dict[str, str], header: str) -> None:
    still = StillTime()
    with serving(in_order(listed("groups"))) as server:
        land_stream(
            settings=settings, source=ZENDESK, stream=ZENDESK.stream("groups"), window=WINDOW, run="r", clock=still.now,
            clocks=still.clocks,
            credentials=Credentials(base_url=server.url, login=login, secret="canary-77", extra=extra),
        )  # fmt: skip
    assert [asked.headers["Authorization"] for asked in server.asked] == [header]


def test_a_bad_token_and_a_wrong_host_are_told(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"zendesk/users, page 1: the secret is refused \(401\)"):
        land(settings, ZENDESK, "users", lambda _: Reply({}, 401))
    with pytest.raises(NotFound, match="check the host of connection zendesk"):
        land(settings, ZENDESK, "users", lambda _: Reply({}, 404))
    assert ZENDESK.base_url.endswith(".invalid")  # a token must not go to whoever owns a made-up account
