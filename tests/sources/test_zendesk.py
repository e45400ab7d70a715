"""Zendesk's records and lists: what is typed of a ticket and what of a person is not, both ways of rating, plans and proofs."""

import base64
from typing import Any

import pytest

from kuulo.landing.land_stream import land_stream
from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, NotFound, SourceContractBroken
from kuulo.sources.source import Credentials
from kuulo.sources.zendesk import ZENDESK
from kuulo.sources.zendesk_rows import response_rows
from tests.landing.landings import WINDOW, land, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply, in_order, serving
from tests.sources.zendesk_account import Account, at, ticket
from tests.still_time import StillTime

Record = dict[str, Any]
DAYS_28_BEFORE = at("10 00:00:00") - 28 * 86_400
CREATED = "2026-01-09T10:00:00Z"
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"  # of the specification of ULIDs: 1469922850259 milliseconds


def export(name: str, *records: Record) -> Reply:
    return Reply({name: list(records), "after_cursor": "c1", "end_of_stream": True})


def listed(name: str, *records: Record, more: Any = False, after: Any = None) -> Reply:
    return Reply({name: list(records), "meta": {"has_more": more, "after_cursor": after}, "links": {"next": "https://elsewhere.example/"}})


def landed(settings: Settings, stream: str, *records: Record, knobs: dict[str, str] | None = None) -> list[Record]:
    """The typed rows of a page of these records."""
    key = {"csat_survey_responses": "survey_responses"}.get(stream, stream)
    is_list = stream in ("groups", "satisfaction_ratings", "csat_survey_responses")
    land(settings, ZENDESK, stream, in_order(listed(key, *records) if is_list else export(key, *records)), knobs=knobs)
    return typed_rows(settings, ZENDESK, stream)


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


def rating(identity: int, word: Any, **changed: Any) -> Record:
    plain = {
        "id": identity,
        "ticket_id": 1,
        "requester_id": 2,
        "score": word,
        "reason_code": 0,
        "created_at": CREATED,
        "updated_at": CREATED,
    }
    return {**plain, **changed}


def test_ratings_are_thumbs_of_one_survey_and_a_strange_word_is_refused(settings: Settings) -> None:
    words = ["good", "bad", "offered", "unoffered", "good_with_comment", "great"]
    rows = landed(settings, "satisfaction_ratings", *(rating(n, word, comment="c") for n, word in enumerate(words)))
    assert [(r["word"], r["score"]) for r in rows] == [
        ("good", 1.0), ("bad", 0.0), ("offered", None), ("unoffered", None), ("good_with_comment", 1.0)
    ]  # fmt: skip
    assert {(r["survey_id"], r["question_id"], r["comment"]) for r in rows} == {("satisfaction_rating", "value", "c")}
    assert [u["rule"] for u in untyped_rows(settings, ZENDESK, "satisfaction_ratings")] == ["typed:score"]


def test_ratings_are_read_from_when_a_rating_of_the_window_could_have_been_offered(settings: Settings) -> None:
    replies = [
        listed("satisfaction_ratings", rating(1, "good"), more=True, after="a b=="),
        listed("satisfaction_ratings", rating(2, "bad")),
    ]
    receipts, asked = land(settings, ZENDESK, "satisfaction_ratings", in_order(*replies))
    first = (("page[size]", "100"), ("start_time", str(DAYS_28_BEFORE)))
    assert [(a.path, a.params) for a in asked] == [
        ("/api/v2/satisfaction_ratings.json", first),
        ("/api/v2/satisfaction_ratings.json", (*first, ("page[after]", "a b=="))),
    ]
    assert receipts[0].received == 2
    _, asked = land(settings, ZENDESK, "csat_survey_responses", in_order(listed("survey_responses")), knobs={"rated_within_days": "3"})
    assert asked[0].params == (
        ("page[size]", "100"), ("sort", "id"), ("filter[created_at_start]", str(1000 * (at("10 00:00:00") - 3 * 86_400)))
    )  # fmt: skip
    with pytest.raises(SourceContractBroken, match="extra `rated_within_days` must be a whole number of days"):
        land(settings, ZENDESK, "satisfaction_ratings", in_order(), knobs={"rated_within_days": "-1"}, run="run-2", refresh=True)


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


def answer(kind: str, question: str, /, **given: Any) -> Record:
    times = {"created_at": "2026-01-10T12:00:00.000Z", "updated_at": "2026-01-10T12:30:00.000Z"}
    return {"type": kind, "question": {"id": question, "type": "x", "sub_type": "customer_satisfaction"}, **times, **given}


def response(*answers: Record, **changed: Any) -> Record:
    subjects = [{"id": "c", "type": "conversation", "zrn": "zen:conversation:c"}, {"id": "99", "type": "ticket", "zrn": "zen:ticket:99"}]
    survey = {"id": "S", "version": 3, "state": "enabled"}
    return {"id": ULID, "answers": list(answers), "responder_id": 4, "subjects": subjects, "survey": survey, "expires_at": None, **changed}


def test_a_survey_response_is_a_row_an_answer(settings: Settings) -> None:
    rows = landed(
        settings,
        "csat_survey_responses",
        response(
            answer("rating_scale", "Q1", rating=2, rating_category="bad"),
            answer("closed_ended", "Q2", selections=[{"option_id": "o", "type": "predefined"}]),
            answer("open_ended", "Q3", value="slow"),
            answer("skipped", "Q4"),
        ),
    )
    assert [(r["question_id"], r["answer_type"], r["score"], r["comment"], r["selections"] is not None) for r in rows] == [
        ("Q1", "rating_scale", 2.0, "slow", False), ("Q2", "closed_ended", None, None, True), ("Q3", "open_ended", None, "slow", False),
        ("Q4", "skipped", None, None, False),
    ]  # fmt: skip
    assert {(r["survey_id"], r["ticket_id"], r["responder_id"], r["survey_version"], r["offered_at"].isoformat()) for r in rows} == {
        ("S", "99", "4", 3, "2016-07-30T23:54:10.259000")
    }
    assert {(r["answered_at"].isoformat(), r["updated_at"].isoformat()) for r in rows} == {("2026-01-10T12:00:00", "2026-01-10T12:30:00")}


@pytest.mark.parametrize("identity", ["short", "01KEHPRAC0ABCDEFGHJKMNPQRI", "Z" * 26, ""])
def test_an_offer_is_one_row_and_an_id_that_tells_no_time_tells_none(identity: str) -> None:
    (row,) = response_rows(response(id=identity), {})
    assert (row["question_id"], row["answer_type"], row["score"], row["offered_at"]) == (None, None, None, None)


def test_the_older_form_of_a_response_is_understood() -> None:
    (row,) = response_rows({"id": ULID, "answers": [], "subject_zrns": ["zrn:ticket:7"], "survey_id": "S", "survey_version": 2}, {})
    assert (row["survey_id"], row["survey_version"], row["ticket_id"]) == ("S", 2, "7")


def test_where_the_newer_ratings_are_can_be_said_otherwise(settings: Settings) -> None:
    _, asked = land(
        settings, ZENDESK, "csat_survey_responses", in_order(listed("survey_responses")), knobs={"survey_responses_path": "/api/v3/csat"}
    )
    assert asked[0].path == "/api/v3/csat"


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
