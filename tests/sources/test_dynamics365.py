"""Dataverse's traps: set names, links with a cookie, windows of change, delta links that expire, polymorphic lookups, text numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kuulo.landing.land_stream import land_stream
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, NotFound, RetryLater, SourceContractBroken
from kuulo.sources.dynamics365 import DYNAMICS365
from kuulo.sources.dynamics365_reading import TableReading
from kuulo.sources.source import Credentials, Window
from tests.landing.landings import WINDOW, land, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply, serving
from tests.sources.dataverse_environment import API, CHANGED, DATAVERSE, Environment, gone, incident, reading_of
from tests.still_time import StillTime

TABLES = [stream for stream in DYNAMICS365.streams if isinstance(stream.reading, TableReading)]
LISTS = {stream.name: stream for stream in TABLES}


def read(settings: Settings, stream: str, environment: Any, **more: Any) -> tuple[list[LandingReceipt], list[Asked]]:
    return land(settings, DATAVERSE, stream, environment, base=API, **more)


def rows_of(settings: Settings, stream: str = "incidents") -> list[dict[str, Any]]:
    return typed_rows(settings, DATAVERSE, stream)


def test_a_window_is_asked_for_in_the_words_of_odata(settings: Settings) -> None:
    _, asked = read(settings, "queues", Environment())
    definition, listed = asked
    assert definition.target == (
        f"{API}/EntityDefinitions(LogicalName='queue')?$select=LogicalName,EntitySetName,ChangeTrackingEnabled"
        "&$expand=Attributes($select=LogicalName)"
    )
    assert listed.target == (
        f"{API}/queues?$select=queueid,name,emailaddress,queuetypecode,statecode,createdon,modifiedon,versionnumber"
        "&$filter=modifiedon%20ge%202026-01-09T23%3A55%3A00Z%20and%20modifiedon%20lt%202026-01-11T00%3A00%3A00Z"
        "&$orderby=modifiedon%20asc,queueid%20asc"
    )  # five minutes before the window; no + for a space; ordered by the key too, so that no row stands on two pages
    assert {name: listed.headers[name] for name in ("OData-Version", "OData-MaxVersion", "If-None-Match", "Accept")} == {
        "OData-Version": "4.0", "OData-MaxVersion": "4.0", "If-None-Match": "null", "Accept": "application/json"
    }  # fmt: skip
    assert listed.headers["Prefer"] == (
        'odata.maxpagesize=5000,odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
    )  # no formatted values: they are localised, and twice the bytes


def test_sets_and_keys_are_those_of_the_vendor() -> None:
    named = {stream.name: (reading_of(stream).entity_set, reading_of(stream).key) for stream in TABLES}
    assert named["surveys"] == ("msfp_surveies", "msfp_surveyid")
    activities = ("survey_responses", "survey_invites", "incident_resolutions", "phonecalls", "emails", "conversations")
    assert {named[name][1] for name in activities} == {"activityid"}
    assert named["conversations"][0] == "msdyn_ocliveworkitems"
    assert len(named) == 15
    selected = {column.path[0] for stream in TABLES for column in stream.columns if column.at}
    assert all(name == name.lower() for name in selected if "@" not in name)  # logical names, not schema names
    assert not {"_from_value", "_to_value", "customers", "customerid", "ownerid"} & selected  # party lists and bare lookups


@pytest.mark.parametrize("stream", sorted(LISTS))
def test_every_stream_is_read(settings: Settings, stream: str) -> None:
    reading = reading_of(LISTS[stream])
    row = {reading.key: "0000000A-53d3-ed11-a7c7-000d3a993550", "createdon": CHANGED, "modifiedon": CHANGED}
    receipts, asked = read(settings, stream, Environment([row]))
    assert [a.path for a in asked[1:]] == [f"{API}/{reading.entity_set}"]
    assert receipts[-1].received == 1
    (found,) = rows_of(settings, stream)
    assert (found[LISTS[stream].primary_key[0]], found["modified_at"].isoformat()) == (row[reading.key], "2026-01-10T10:00:00")


def test_links_are_followed_byte_for_byte_until_there_is_none(settings: Settings) -> None:
    environment = Environment([incident(n) for n in range(5)], size=2)
    receipts, asked = read(settings, "incidents", environment, knobs={"page_size": "2"})
    pages = asked[1:]
    assert [a.target.partition("$skiptoken=")[2] for a in pages] == ["", *(environment.cookies.format(page=n) for n in (2, 3))]
    assert len({a.headers["Prefer"] for a in pages}) == 1  # the same size of pages on each
    assert "odata.maxpagesize=2," in pages[0].headers["Prefer"]
    assert [row["version_number"] for row in rows_of(settings)] == [0, 1, 2, 3, 4]
    assert (receipts[-1].received, receipts[-1].pages) == (5, 3)


def test_an_empty_page_with_a_link_is_not_the_end(settings: Settings) -> None:
    def script(asked: Asked) -> Reply:
        if "Definitions" in asked.path or "skiptoken" in asked.target:
            return Environment([incident(1)])(replace(asked, target=asked.target.partition("&$skiptoken")[0]))
        return Reply({"value": [], "@odata.nextLink": f"http://{asked.headers['Host']}{asked.target}&$skiptoken=1"})

    receipts, _ = read(settings, "incidents", script)
    assert (receipts[-1].received, receipts[-1].pages) == (1, 2)


def test_a_link_to_another_host_is_not_followed(settings: Settings) -> None:
    environment = Environment(replies={"incidentid%20asc": Reply({"value": [], "@odata.nextLink": f"http://elsewhere.example{API}/x?y=1"})})
    with pytest.raises(SourceContractBroken, match="dynamics365/incidents, page 1: a next link that leads to another host"):
        read(settings, "incidents", environment)


def test_a_page_without_a_value_is_no_empty_page(settings: Settings) -> None:
    with pytest.raises(SourceContractBroken, match="the answer has nothing at `value`"):
        read(settings, "incidents", Environment(replies={"incidentid%20asc": Reply({"error": {}})}))


def _in_window(settings: Settings, environment: Any, window: Window, cursor: str | None = None) -> tuple[list[LandingReceipt], list[Asked]]:
    still = StillTime()
    with serving(environment) as server:
        where = Credentials(base_url=server.url + API, secret="canary-77")
        return land_stream(
            settings=settings, source=DATAVERSE, stream=DATAVERSE.stream("incidents"), window=window, run="run-1", clock=still.now,
            credentials=where, clocks=still.clocks, cursor=cursor and cursor.replace("ORIGIN", server.url),
        ), server.asked  # fmt: skip


def test_two_windows_lose_no_boundary_second_and_a_row_seen_late_is_seen(settings: Settings) -> None:
    middle = datetime(2026, 1, 10, tzinfo=UTC)
    edges = ("2026-01-09T23:54:59Z", "2026-01-09T23:57:00Z", "2026-01-09T23:59:59Z", "2026-01-10T00:00:00Z", "2026-01-10T23:59:59Z")
    environment = Environment([incident(n, modifiedon=at) for n, at in enumerate([*edges, "2026-01-11T00:00:00Z"])])
    found = []
    for start in (middle - timedelta(days=1), middle):
        receipts, _ = _in_window(settings, environment, Window(start, start + timedelta(days=1)))
        found.append(receipts[-1].received)
    # The first sees what was stamped before its end; the second looks five minutes back, and leaves its own end to the next.
    assert found == [3, 4]


def test_resuming_behind_every_page_gives_the_same_rows(settings: Settings, tmp_path: Any) -> None:
    environment = Environment([incident(n) for n in range(7)], size=2)
    read(settings, "incidents", environment, knobs={"page_size": "2"})
    straight = rows_of(settings)
    own = Settings(home=tmp_path / "resumed")
    for page in (1, 2, 3, 4):
        ending = "incidentid%20asc" if page == 1 else environment.cookies.format(page=page)
        environment.replies = {ending: Reply({}, 400)}
        with pytest.raises(SourceContractBroken, match=f"page {page}: refused with status 400"):
            read(own, "incidents", environment, knobs={"page_size": "2"})
    environment.replies = {}
    receipts, asked = read(own, "incidents", environment, knobs={"page_size": "2"})
    assert rows_of(own) == straight
    assert [a.target.partition("$skiptoken=")[2] for a in asked] == [environment.cookies.format(page=4)]
    assert receipts[-1].received == 7
    assert read(own, "incidents", environment)[1] == []  # a window that has landed is not asked for again


def test_a_table_that_tracks_its_changes_is_read_whole_first_and_leaves_a_delta_link(settings: Settings) -> None:
    environment = Environment([incident(n, modifiedon="2025-05-05T00:00:00Z") for n in range(3)], size=2, tracked=("incident",))
    receipts, asked = read(settings, "incidents", environment)
    first, second = asked[1:]
    assert [name for name, _ in first.params] == ["$select"]  # a filter or an order is refused together with change tracking
    assert first.headers["Prefer"].endswith(",odata.track-changes")
    assert second.headers["Prefer"] == first.headers["Prefer"]
    cursor = receipts[-1].cursor
    assert cursor is not None
    assert cursor.endswith("/incidents?$select=incidentid&$deltatoken=919042%2f11")  # of the last page
    assert {row["full_read_at"].isoformat() for row in rows_of(settings)} == {"2026-01-11T00:00:00"}


DELTA = f"ORIGIN{API}/incidents?$select=incidentid&$deltatoken=919042%2f08%2f2017"


def test_the_next_window_goes_on_from_the_delta_link_and_keeps_tombstones(settings: Settings) -> None:
    changes = Reply(
        {"value": [incident(1), gone("AAAA0000-53d3-ed11-a7c7-000d3a993550")], "@odata.deltaLink": "http://x/api/data/v9.2/y?z=2"}
    )
    environment = Environment(tracked=("incident",), replies={"2017": changes})
    receipts, asked = _in_window(settings, environment, WINDOW, DELTA)
    # The letters of an escape are all that may change: %2f and %2F are the same.
    assert [a.target for a in asked[1:]] == [DELTA.removeprefix("ORIGIN").replace("%2f", "%2F")]
    living, tombstone = rows_of(settings)
    assert (living["is_deleted"], living["full_read_at"]) == (None, None)
    kept = {name: value for name, value in tombstone.items() if value is not None and not name.startswith("_")}
    assert kept == {
        "incident_id": "aaaa0000-53d3-ed11-a7c7-000d3a993550", "is_deleted": True, "modified_at": datetime(2026, 1, 11),  # noqa: DTZ001
    }  # fmt: skip
    assert untyped_rows(settings, DATAVERSE, "incidents") == []
    assert receipts[-1].cursor == "http://x/api/data/v9.2/y?z=2"


def test_pages_of_changes_that_each_have_a_delta_link_leave_the_last_one(settings: Settings) -> None:
    environment = Environment(tracked=("incident",))

    def script(asked: Asked) -> Reply:
        if "Definitions" in asked.path:
            return environment(asked)
        host = f"http://{asked.headers['Host']}{API}/incidents"
        more = {"@odata.nextLink": f"{host}?$skiptoken=2"} if "deltatoken" in asked.target else {}
        return Reply({"value": [incident(len(more))], "@odata.deltaLink": f"{host}?$deltatoken={'early' if more else 'late'}", **more})

    receipts, _ = _in_window(settings, script, WINDOW, DELTA)
    assert receipts[-1].received == 2
    assert str(receipts[-1].cursor).endswith("$deltatoken=late")


@pytest.mark.parametrize("status", [400, 410])
def test_an_expired_delta_link_is_answered_by_reading_the_table_whole(settings: Settings, status: int) -> None:
    told = {"code": "0x80044352", "message": "Version stamp associated with the client has expired. Please perform a full sync."}
    environment = Environment([incident(1), incident(2)], tracked=("incident",), replies={"2017": Reply({"error": told}, status)})
    receipts, asked = _in_window(settings, environment, WINDOW, DELTA)
    assert receipts[-1].note == "the delta link of incident has expired or is of another address: the table was read whole"
    assert [len(a.params) for a in asked[1:]] == [2, 1]
    assert receipts[-1].received == 2
    assert str(receipts[-1].cursor).endswith("$deltatoken=919042%2f11")
    assert all(row["full_read_at"] for row in rows_of(settings))


def test_a_delta_link_of_another_address_is_not_followed(settings: Settings) -> None:
    receipts, asked = _in_window(
        settings, Environment(tracked=("incident",)), WINDOW, f"http://elsewhere.example{API}/incidents?$deltatoken=1"
    )
    assert "was read whole" in receipts[-1].note
    assert all("deltatoken" not in a.target for a in asked)


@pytest.mark.parametrize(("said", "tracks"), [("none", False), ("account, incident", True), ("account", False)])
def test_the_connection_may_say_which_tables_are_tracked(settings: Settings, said: str, tracks: bool) -> None:
    environment = Environment(tracked=("incident",) if not tracks else ())
    _, asked = read(settings, "incidents", environment, knobs={"change_tracking": said})
    assert ("odata.track-changes" in asked[1].headers["Prefer"]) == tracks
    assert (asked[1].param("$filter") is None) == tracks


def test_a_table_that_the_environment_does_not_have_is_noted(settings: Settings) -> None:
    receipts, asked = read(settings, "surveys", Environment(missing=("msfp_survey",)))
    assert (receipts[-1].received, receipts[-1].note) == (0, "the environment has no table msfp_survey: nothing to read")
    assert [a.path.split("'")[1] for a in asked] == ["msfp_survey", "account"]


@pytest.mark.parametrize(
    ("stream", "elsewhere"), [("surveys", Reply({}, 404)), ("surveys", Reply({"status": "up"})), ("accounts", Reply({}, 404))]
)
def test_a_host_without_the_table_that_every_environment_has_is_no_environment(settings: Settings, stream: str, elsewhere: Reply) -> None:
    def script(asked: Asked) -> Reply:
        return elsewhere if "'account'" in asked.path else Reply({}, 404)

    with pytest.raises(NotFound, match=rf"dynamics365/{stream}, page 1: .* no Dataverse environment: check the host of connection"):
        read(settings, stream, script)
    assert not list((settings.landing / "dynamics365" / stream).glob("*/receipt.json"))


def test_columns_that_the_environment_does_not_have_are_not_asked_for(settings: Settings) -> None:
    receipts, asked = read(settings, "incidents", Environment(missing=("sentimentvalue", "subjectid")))
    assert receipts[-1].note == "not asked for, since table incident has no such column: _subjectid_value, sentimentvalue"
    assert not {"sentimentvalue", "_subjectid_value"} & set((asked[1].param("$select") or "").split(","))
    with pytest.raises(SourceContractBroken, match="table phonecall lacks required columns: createdon"):
        read(settings, "phonecalls", Environment(missing=("createdon",)))


def test_another_set_name_than_the_documented_one_is_an_error(settings: Settings) -> None:
    with pytest.raises(SourceContractBroken, match="the set of table msfp_survey is not msfp_surveies: 'msfp_surveys'"):
        read(settings, "surveys", Environment(sets={"msfp_survey": "msfp_surveys"}))


def test_lookups_tell_the_table_that_they_point_into(settings: Settings) -> None:
    kind = "@Microsoft.Dynamics.CRM.lookuplogicalname"
    row = incident(
        1, _customerid_value="c", **{f"_customerid_value{kind}": "account"}, _ownerid_value="o", **{f"_ownerid_value{kind}": "team"},
        _masterid_value="m", **{f"_masterid_value{kind}": "incident"}, merged=True, statecode=2, customersatisfactioncode=None,
    )  # fmt: skip
    read(settings, "incidents", Environment([row]))
    (found,) = rows_of(settings)
    names = ("customer_id", "customer_type", "owner_id", "owner_type", "master_id", "is_merged", "state_code", "version_number", "_extra")
    assert [found[name] for name in names] == ["c", "account", "o", "team", "m", True, 2, 1, None]


def test_a_rating_of_a_case_is_a_row_of_its_own(settings: Settings) -> None:
    rows = [incident(1, customersatisfactioncode=4), incident(2, customersatisfactioncode=None), incident(3, customersatisfactioncode=9)]
    receipts, _ = read(settings, "incidents", Environment(rows))
    assert {r.stream: r.received for r in receipts} == {"incidents": 3, "case_ratings": 2}
    assert [(r["incident_id"][:8], r["survey_id"], r["question_id"], r["score"]) for r in rows_of(settings, "case_ratings")] == [
        ("00000001", "case_satisfaction", "value", 4.0), ("00000003", "case_satisfaction", "value", 9.0)
    ]  # fmt: skip


METRIC = "b2c3d4e5-53d3-ed11-a7c7-000d3a993550"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'[{{"id":"{METRIC}","type":"csat","value":"4","decimalValue":4.0}}]', [(METRIC, "csat", 4.0, "4")]),
        (f'[{{"id":"{METRIC.upper()}","type":"NPS","value":"detractor"}}]', [(METRIC, "nps", None, "detractor")]),
        (f'{{"id":"{METRIC}","type":"ces","value":null,"decimalValue":"6.5"}}', [(METRIC, "ces", 6.5, None)]),
        (f'[{{"id":"{METRIC}","value":3}}, {{"type":"nps"}}, 7, null]', [(METRIC, None, 3.0, None)]),
        ("not json", []), ("", []), (None, []), ("[]", []), ("true", []), ('"text"', []),
    ],
)  # fmt: skip
def test_satisfaction_metrics_are_read_leniently(settings: Settings, text: str | None, expected: list[Any]) -> None:
    row = {
        "activityid": "a", "createdon": CHANGED, "modifiedon": CHANGED, "_msfp_surveyid_value": "s", "msfp_satisfactionmetricvalue": text,
        "msfp_npsscore": 11, "msfp_submitdate": "2026-01-10",
    }  # fmt: skip
    read(settings, "survey_responses", Environment([row]))
    found = [(r["question_id"], r["metric_type"], r["score"], r["value"]) for r in rows_of(settings, "response_metrics")]
    assert found == [("msfp_npsscore", "nps", 11.0, None), *expected]
    assert [r["submitted_at"].isoformat() for r in rows_of(settings, "survey_responses")] == ["2026-01-10T00:00:00"]  # a date, too


@pytest.mark.parametrize(
    ("response", "score"),
    [("9", 9.0), (" 4.5 ", 4.5), ("Great", None), ("9 of 10", None), ("", None), (None, None), ("1e3", None), (7, 7.0)],
)
def test_a_response_is_text_and_a_score_where_it_is_a_number(settings: Settings, response: Any, score: float | None) -> None:
    row = {"msfp_questionresponseid": "q", "createdon": CHANGED, "modifiedon": CHANGED, "msfp_response": response}
    read(settings, "question_responses", Environment([row]))
    (found,) = rows_of(settings, "question_responses")
    assert (found["response"], found["score"]) == (None if response in ("", None) else str(response), score)


@pytest.mark.parametrize(
    ("stream", "missing"),
    [("surveys", "Customer Voice tables"), ("conversations", "prvReadmsdyn_ocliveworkitem"), ("incidents", "prvReadIncident"),
     ("contacts", "prvReadContact"), ("emails", "prvReadActivity")],
)  # fmt: skip
def test_a_missing_privilege_is_named(settings: Settings, stream: str, missing: str) -> None:
    environment = Environment()
    with pytest.raises(BadCredentials, match=rf"forbidden \(403\).*{missing}.*security role") as failure:
        read(settings, stream, lambda asked: environment(asked) if "Definitions" in asked.path else Reply({}, 403))
    assert "canary" not in str(failure.value)


def test_service_protection_limits_are_waited_for(settings: Settings) -> None:
    limit = {"error": {"code": "0x80072322", "message": "Number of requests exceeded the limit of 6000 over time window of 300 seconds."}}
    replies = [Reply(limit, 429, {"Retry-After": "7"}), Reply({"error": {}}, 503)]
    environment = Environment([incident(1)])
    receipts, asked = read(settings, "incidents", lambda a: replies.pop() if replies and "Definitions" not in a.path else environment(a))
    assert (receipts[-1].received, len(asked)) == (1, 4)
    with pytest.raises(RetryLater, match=r"rate limited \(429\)"):
        read(settings, "queues", lambda a: environment(a) if "Definitions" in a.path else Reply(limit, 429, {"Retry-After": "7"}))
