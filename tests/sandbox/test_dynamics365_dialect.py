"""Dataverse's ways in the sandbox, each asked for over the wire: tokens, definitions, cookies in links, changes, refusals."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from kuulo.sandbox.company import Company
from kuulo.sandbox.dynamics365_dialect import CLIENT_ID, CLIENT_SECRET, CLIENT_WITHOUT_ROLE, PREFIX, TOKEN_PREFIX
from kuulo.sandbox.dynamics365_support import SYSTEM
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.server import SandboxServer
from kuulo.sandbox.truth import Truth

Ask = Callable[..., requests.Response]
LOOKUPS = 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"'
SETS = (
    "incidents", "incidentresolutions", "contacts", "accounts", "phonecalls", "emails", "msdyn_ocliveworkitems", "queues", "msfp_surveies",
    "msfp_questions", "msfp_surveyresponses", "msfp_questionresponses", "msfp_surveyinvites", "msfp_satisfactionmetrics",
    "msfp_satisfactionmetricsurveymappings",
)  # fmt: skip


def _token(sandbox: SandboxServer, **changed: str) -> requests.Response:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "scope": f"{sandbox.url}/.default"}
    return requests.post(f"{sandbox.url}{TOKEN_PREFIX}/token", data={**form, **changed}, timeout=10)


@pytest.fixture(scope="module")
def ask(sandbox: SandboxServer) -> Ask:
    token = _token(sandbox).json()["access_token"]

    def call(path: str, prefer: str = "", proof: str = f"Bearer {token}", **query: str) -> requests.Response:
        link = path if path.startswith("http") else f"{sandbox.url}{PREFIX}/{path}"
        headers = {"Authorization": proof, **({"Prefer": prefer} if prefer else {})}
        return requests.get(link, params=query or None, headers=headers, timeout=10)

    return call


def _walk(ask: Ask, path: str, prefer: str, **query: str) -> list[dict[str, Any]]:
    pages = [ask(path, prefer, **query).json()]
    while link := pages[-1].get("@odata.nextLink"):
        pages.append(ask(link, prefer).json())
    return pages


@pytest.mark.parametrize(
    ("changed", "status"),
    [({}, 200), ({"client_secret": "wrong"}, 401), ({"client_id": "nobody"}, 401), ({"scope": "https://elsewhere.example/.default"}, 401),
     ({"grant_type": "password"}, 401)],
)  # fmt: skip
def test_a_token_is_given_for_the_environments_own_scope(sandbox: SandboxServer, changed: dict[str, str], status: int) -> None:
    answer = _token(sandbox, **changed)
    assert answer.status_code == status
    assert ("access_token" in answer.json()) == (status == 200)


def test_who_has_no_token_and_who_has_no_role(sandbox: SandboxServer, ask: Ask) -> None:
    assert ask("queues", proof="Bearer stale").status_code == 401
    without = _token(sandbox, client_id=CLIENT_WITHOUT_ROLE).json()["access_token"]
    refused = ask("queues", proof=f"Bearer {without}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "0x80040220")
    assert "missing prvRead" in refused.json()["error"]["message"]


@pytest.mark.parametrize("entity_set", SETS)
def test_every_set_is_listed_whole_in_pages(ask: Ask, entity_set: str) -> None:
    whole = ask(entity_set).json()["value"]
    pages = _walk(ask, entity_set, "odata.maxpagesize=7")
    assert [record for page in pages for record in page["value"]] == whole
    assert len(whole) > 0
    assert all(len(page["value"]) <= 7 for page in pages)
    assert "@odata.deltaLink" not in pages[-1]


def test_a_cookie_that_was_decoded_on_the_way_is_refused(ask: Ask) -> None:
    link = ask("contacts", "odata.maxpagesize=7").json()["@odata.nextLink"]
    assert "$skiptoken=%253Ccookie%2520pagenumber" in link
    assert ask(link, "odata.maxpagesize=7").status_code == 200
    assert ask(unquote(link), "odata.maxpagesize=7").json()["error"]["message"] == "Malformed XML in the Paging Cookie"


def test_a_definition_tells_set_columns_and_tracking(ask: Ask) -> None:
    told = ask("EntityDefinitions(LogicalName='incident')").json()
    assert (told["EntitySetName"], told["ChangeTrackingEnabled"]) == ("incidents", True)
    names = {attribute["LogicalName"] for attribute in told["Attributes"]}
    assert {"incidentid", "customerid", "modifiedon"} <= names
    assert ask("EntityDefinitions(LogicalName='msfp_survey')").json()["EntitySetName"] == "msfp_surveies"
    assert ask("EntityDefinitions(LogicalName='unicorn')").status_code == 404
    assert ask("msfp_surveys").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"$filter": "modifiedon ge '2026-01-01T00:00:00Z'"}, {"$filter": "nosuchcolumn eq 1"}, {"$filter": "modifiedon after now"},
        {"$select": "incidentid,customerid"}, {"$orderby": "nosuchcolumn asc"}, {"$skip": "5"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_400(ask: Ask, query: dict[str, str]) -> None:
    refused = ask("incidents", **query)
    assert (refused.status_code, set(refused.json())) == (400, {"error"})


def test_windows_of_change_meet_without_gap_or_overlap(ask: Ask) -> None:
    edges = ("2025-03-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z")
    query = {"$select": "incidentid,modifiedon", "$orderby": "modifiedon asc,incidentid asc"}
    parts = [
        ask("incidents", **query, **{"$filter": f"modifiedon ge {start} and modifiedon lt {end}"}).json()["value"]
        for start, end in pairwise(edges)
    ]
    found = [record["incidentid"] for part in parts for record in part]
    assert all(part == sorted(part, key=lambda r: (r["modifiedon"], r["incidentid"])) for part in parts)
    assert sorted(found) == sorted(record["incidentid"] for record in ask("incidents").json()["value"])


def test_lookups_tell_their_table_only_when_asked(ask: Ask) -> None:
    kind = "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
    query = {"$select": "_customerid_value,_ownerid_value"}
    told = ask("incidents", LOOKUPS, **query).json()["value"]
    assert {record.get(kind) for record in told} == {"contact", None}
    assert {record["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] for record in told} == {"systemuser", "team"}
    assert all(kind not in record for record in ask("incidents", **query).json()["value"])


@pytest.mark.parametrize("query", [{"$filter": "statecode eq 0"}, {"$orderby": "incidentid asc"}])
def test_changes_are_not_tracked_together_with_a_filter_or_an_order(ask: Ask, query: dict[str, str]) -> None:
    assert ask("incidents", "odata.track-changes", **query).status_code == 400
    assert ask("queues", "odata.track-changes").status_code == 400  # whose definition says that it is not tracked


def test_a_delta_link_tells_changes_and_deletions_until_it_expires(ask: Ask, small_company: Company) -> None:
    pages = _walk(ask, "msdyn_ocliveworkitems", "odata.track-changes,odata.maxpagesize=5", **{"$select": "activityid,modifiedon"})
    assert ["@odata.deltaLink" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    link = pages[-1]["@odata.deltaLink"]
    assert ask(link).json()["value"] == []
    day = (AS_OF - timedelta(days=6)).isoformat()[:19]
    early = link.replace("2026-09-01T00%3A00%3A00Z", f"{day}Z".replace(":", "%3A"))
    told = ask(early).json()["value"]
    gone = {record["id"] for record in told if record.get("reason") == "deleted"}
    own = [c for c in small_company.contacts if c.system == SYSTEM and c.channel == "chat"]
    assert gone == {c.contact_id for c in own if c.archived_at and c.archived_at >= AS_OF - timedelta(days=6)}
    assert all("activityid" not in record for record in told if "reason" in record)
    expired = ask(early.replace(day.replace(":", "%3A"), "2026-08-01T00%3A00%3A00"))
    assert expired.status_code == 400
    assert expired.json()["error"] == {
        "code": "0x80044352", "message": "Version stamp associated with the client has expired. Please perform a full sync."
    }  # fmt: skip


def test_deleted_rows_are_in_no_list(ask: Ask, small_company: Company) -> None:
    deleted = {c.contact_id for c in small_company.contacts if c.system == SYSTEM and c.archived_at}
    listed = [("incidents", "incidentid"), ("msdyn_ocliveworkitems", "activityid"), ("phonecalls", "activityid")]
    assert deleted
    assert not deleted & {record[key] for entity_set, key in listed for record in ask(entity_set).json()["value"]}


def test_a_merged_contact_stays_as_a_row_that_names_its_master(ask: Ask) -> None:
    rows = {record["contactid"]: record for record in ask("contacts").json()["value"]}
    merged = [record for record in rows.values() if record["merged"]]
    assert merged
    assert all(not rows[record["_masterid_value"]]["merged"] and record["statecode"] == 1 for record in merged)


def test_the_truth_knows_what_is_to_be_refused(small_truth: Truth, small_company: Company) -> None:
    refused = {stream: count for stream, count in small_truth.quarantined.items() if stream.startswith(SYSTEM) and count}
    assert refused == {
        "dynamics365/incidents": 2, "dynamics365/case_ratings": 1, "dynamics365/response_metrics": 1, "dynamics365/question_responses": 1
    }  # fmt: skip
    own = [c for c in small_company.contacts if c.system == SYSTEM]
    assert 0.25 < len(own) / 150 < 0.4
