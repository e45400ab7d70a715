"""HubSpot's traps, each asked for over the wire, and its shapes against HubSpot's own schemas where those are at hand."""

import json
from itertools import pairwise
from typing import Any

import jsonschema
import pytest
import requests

from kuulo.sandbox import HUBSPOT_TOKEN
from kuulo.sandbox.hubspot_dialect import TOKEN_WITHOUT_SCOPE
from kuulo.sandbox.hubspot_objects import CrmObject
from kuulo.sandbox.hubspot_search import SEARCH_CAP, ObjectSearch, SearchRefused
from tests.conftest import SHARED

OBJECTS = "/crm/v3/objects"
TYPES = ("contacts", "companies", "deals", "tickets", "feedback_submissions")
EVERYTHING = {"filterGroups": [], "sorts": [], "properties": [], "limit": 200, "after": "0"}


@pytest.fixture(scope="module")
def ask(sandbox):
    with requests.Session() as session:

        def call(path: str, body: Any = None, token: str | None = f"Bearer {HUBSPOT_TOKEN}", **params: Any) -> requests.Response:
            headers = {"Authorization": token} if token else {}
            method = "GET" if body is None else "POST"
            return session.request(method, sandbox.url_of("hubspot") + path, params=params, json=body, headers=headers, timeout=10)

        yield call


def _walk(ask, path: str, **params: Any) -> list[dict[str, Any]]:
    found, after = [], "0"
    while after:
        page = ask(path, after=after, **params).json()
        assert len(page["results"]) <= params["limit"]
        found += page["results"]
        after = page.get("paging", {}).get("next", {}).get("after")
    return found


def _search(ask, object_type: str, **changed: Any) -> list[dict[str, Any]]:
    found, after = [], "0"
    while after:
        page = ask(f"{OBJECTS}/{object_type}/search", {**EVERYTHING, **changed, "after": after}).json()
        found += page["results"]
        after = page.get("paging", {}).get("next", {}).get("after")
    assert len(found) == page["total"]
    return found


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (f"Bearer {HUBSPOT_TOKEN}", 200), (None, 401), ("Bearer wrong", 401), (f"Basic {HUBSPOT_TOKEN}", 530), ("Bearer a b", 530),
        (f"Bearer {TOKEN_WITHOUT_SCOPE}", 403),
    ],
)  # fmt: skip
def test_a_token_is_missing_wrong_malformed_or_good(ask, token, status):
    assert ask(f"{OBJECTS}/contacts", token=token).status_code == status


def test_lists_tell_the_burst_limit_and_searches_do_not(ask):
    assert ask(f"{OBJECTS}/contacts").headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert "X-HubSpot-RateLimit-Max" not in ask(f"{OBJECTS}/contacts/search", EVERYTHING).headers


@pytest.mark.parametrize("object_type", TYPES)
def test_a_walk_meets_every_live_object_once(ask, object_type):
    live = _walk(ask, f"{OBJECTS}/{object_type}", limit=37)
    ids = [record["id"] for record in live]
    assert len(ids) == len(set(ids)) > 0
    assert not any(record["archived"] for record in live)
    assert ids == [record["id"] for record in _walk(ask, f"{OBJECTS}/{object_type}", limit=100)]


@pytest.mark.parametrize("object_type", ["contacts", "tickets"])
def test_archived_objects_come_only_when_asked_for_and_never_in_search(ask, object_type):
    archived = _walk(ask, f"{OBJECTS}/{object_type}", limit=100, archived="true")
    assert archived
    assert all(record["archived"] and record["archivedAt"] for record in archived)
    elsewhere = _walk(ask, f"{OBJECTS}/{object_type}", limit=100) + _search(ask, object_type)
    assert not {record["id"] for record in archived} & {record["id"] for record in elsewhere}


def test_an_empty_archive_is_an_empty_page_without_paging(ask):
    assert ask(f"{OBJECTS}/companies", archived="true").json() == {"results": []}


def test_deals_are_known_by_their_type_id(ask):
    assert ask(f"{OBJECTS}/0-3").json() == ask(f"{OBJECTS}/deals").json()


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("contacts", {"limit": 101}), ("contacts", {"limit": "abc"}), ("contacts", {"archived": "maybe"}), ("contacts", {"after": "x"}),
        ("unicorns", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_listed_is_400(ask, path, params):
    assert ask(f"{OBJECTS}/{path}", **params).status_code == 400


def test_only_default_properties_come_unless_asked_and_unknown_ones_are_left_out(ask):
    default = ask(f"{OBJECTS}/contacts").json()["results"][0]["properties"]
    assert default.keys() == {"firstname", "lastname", "email", "hs_object_id", "createdate", "lastmodifieddate"}
    asked = ask(f"{OBJECTS}/contacts", properties="segment,not_a_property").json()["results"][0]["properties"]
    assert asked.keys() == {"segment", "hs_object_id", "createdate", "lastmodifieddate"}


def test_properties_may_be_a_list_or_repeated(ask):
    together = ask(f"{OBJECTS}/tickets", properties="subject,source_type").json()
    assert together == ask(f"{OBJECTS}/tickets", properties=["subject", "source_type"]).json()


@pytest.mark.parametrize("object_type", TYPES)
def test_every_property_value_is_a_text_or_null(ask, object_type):
    names = [record["name"] for record in ask(f"/crm/v3/properties/{object_type}").json()["results"]]
    records = _walk(ask, f"{OBJECTS}/{object_type}", limit=100, properties=",".join(names))
    assert {type(value) for record in records for value in record["properties"].values()} <= {str, type(None)}
    assert all(set(record["properties"]) == set(names) for record in records)


@pytest.mark.parametrize("missing", list(EVERYTHING))
def test_a_search_needs_all_five_fields(ask, missing):
    answer = ask(f"{OBJECTS}/contacts/search", {name: value for name, value in EVERYTHING.items() if name != missing})
    assert answer.status_code == 400
    assert missing in answer.json()["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 201}, {"after": 0}, {"after": "next"}, {"after": "9801"},
        {"filterGroups": [{"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "ABOUT", "value": "0"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": 0}]}]},
        {"sorts": ["email", "hs_object_id"]},
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_400(ask, wrong):
    assert ask(f"{OBJECTS}/contacts/search", {**EVERYTHING, **wrong}).status_code == 400


def _objects(count: int) -> list[CrmObject]:
    from kuulo.sandbox.history import HISTORY_START

    return [CrmObject(str(n), {"hs_object_id": str(n)}, HISTORY_START, HISTORY_START) for n in range(1, count + 1)]


def test_no_result_lies_past_the_ten_thousandth_but_a_search_by_id_gets_round_it():
    objects = ObjectSearch(_objects(SEARCH_CAP + 5))
    page, total, after = objects.page({**EVERYTHING, "after": "9800"})
    assert (len(page), total, after) == (200, SEARCH_CAP + 5, str(SEARCH_CAP))
    with pytest.raises(SearchRefused):
        objects.page({**EVERYTHING, "after": str(SEARCH_CAP)})
    further = [{"filters": [{"propertyName": "hs_object_id", "operator": "GTE", "value": "10001"}]}]
    page, total, after = objects.page({**EVERYTHING, "filterGroups": further})
    assert ([made.object_id for made in page], total, after) == ([str(n) for n in range(10_001, 10_006)], 5, None)


@pytest.mark.parametrize(("object_type", "modified"), [("contacts", "lastmodifieddate"), ("feedback_submissions", "hs_lastmodifieddate")])
@pytest.mark.parametrize("as_object", [True, False])
def test_windows_of_change_meet_without_gap_or_overlap(ask, object_type, modified, as_object):
    edges = ["1740787200000", "1767225600000", "1788220800000"]  # 2025-03-01, 2026-01-01, 2026-09-01
    sort = {"propertyName": "hs_object_id", "direction": "ASCENDING"} if as_object else "hs_object_id"
    found = []
    for start, end in pairwise(edges):
        filters = [
            {"propertyName": modified, "operator": "GTE", "value": start},
            {"propertyName": modified, "operator": "LT", "value": end},
        ]
        part = _search(ask, object_type, filterGroups=[{"filters": filters}], sorts=[sort])
        assert [int(record["id"]) for record in part] == sorted(int(record["id"]) for record in part)
        found += [record["id"] for record in part]
    assert sorted(found) == sorted(record["id"] for record in _walk(ask, f"{OBJECTS}/{object_type}", limit=100))


def test_updated_at_mirrors_the_property(ask):
    for record in ask(f"{OBJECTS}/tickets", limit=100).json()["results"]:
        assert record["updatedAt"].replace(".000Z", "Z") == record["properties"]["hs_lastmodifieddate"]


def test_owners_have_one_primary_team_and_archived_ones_come_apart(ask):
    live, archived = (ask("/crm/v3/owners", limit=100, archived=flag).json()["results"] for flag in ("false", "true"))
    assert (len(live), len(archived)) == (5, 1)
    assert all(sum(team["primary"] for team in owner["teams"]) == 1 for owner in live + archived)
    assert [len(ask("/crm/v3/owners", limit=2, after=after).json()["results"]) for after in ("0", "9002", "9004")] == [2, 2, 1]


def test_one_stage_of_the_support_pipeline_is_closed(ask):
    (pipeline,) = ask("/crm/v3/pipelines/tickets").json()["results"]
    assert {stage["id"]: stage["metadata"]["isClosed"] for stage in pipeline["stages"]} == {
        "1": "false",
        "2": "false",
        "3": "false",
        "4": "true",
    }
    assert len(ask("/crm/v3/pipelines/deals").json()["results"][0]["stages"]) == 4
    tickets = _walk(ask, f"{OBJECTS}/tickets", limit=100, properties="closed_date,hs_pipeline_stage")
    assert all((t["properties"]["closed_date"] is not None) == (t["properties"]["hs_pipeline_stage"] == "4") for t in tickets)


def test_associations_are_read_in_batches_and_the_lonely_ones_are_named(ask, small_company):
    tickets = [contact for contact in small_company.contacts if contact.system == "ticket"]
    known = {ticket.contact_id: ticket.crm_contact_id for ticket in tickets}
    answer = ask("/crm/v4/associations/tickets/contacts/batch/read", {"inputs": [{"id": one} for one in known]})
    found = {result["from"]["id"]: [to["toObjectId"] for to in result["to"]] for result in answer.json()["results"]}
    assert answer.status_code == 207
    assert found == {one: [other] for one, other in known.items() if other}
    assert answer.json()["numErrors"] == sum(other is None for other in known.values())


@pytest.mark.parametrize("inputs", [[], [{"id": "1"}] * 1001])
def test_a_batch_holds_1_to_1000(ask, inputs):
    assert ask("/crm/v4/associations/contacts/companies/batch/read", {"inputs": inputs}).status_code == 400


def test_a_list_can_bring_associations_along(ask):
    records = _walk(ask, f"{OBJECTS}/contacts", limit=100, associations="companies", properties="associatedcompanyid")
    for record in records:
        company = record["properties"]["associatedcompanyid"]
        assert ("associations" in record) == (company is not None)
        assert not company or record["associations"]["companies"]["results"][0]["id"] == company


def test_losers_of_a_merge_exist_in_their_winners_only(ask):
    records = _walk(ask, f"{OBJECTS}/contacts", limit=100, properties="hs_merged_object_ids,hs_additional_emails")
    losers = {one for record in records for one in (record["properties"]["hs_merged_object_ids"] or "").split(";") if one}
    submissions = _walk(ask, f"{OBJECTS}/feedback_submissions", limit=100, properties="hs_contact_id")
    assert losers
    assert not losers & {record["id"] for record in records}
    assert losers & {submission["properties"]["hs_contact_id"] for submission in submissions}
    assert all(ask(f"{OBJECTS}/contacts/{one}").status_code == 404 for one in losers)
    assert ask(f"{OBJECTS}/contacts/{records[0]['id']}").json()["id"] == records[0]["id"]


def _schema(spec: str, name: str) -> dict[str, Any]:
    file = SHARED / "specs" / f"hubspot-{spec}.json"
    if not file.exists():
        pytest.skip(f"HubSpot's own schemas are not at {file.parent}")
    return {"$ref": f"#/components/schemas/{name}", "components": json.loads(file.read_text())["components"]}


_WITH_PAGING = "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging"


@pytest.mark.parametrize(
    ("spec", "name", "path", "body"),
    [
        ("contacts-v3", _WITH_PAGING, f"{OBJECTS}/contacts?associations=companies", None),
        ("contacts-v3", _WITH_PAGING, f"{OBJECTS}/contacts?archived=true", None),
        ("companies-v3", _WITH_PAGING, f"{OBJECTS}/companies", None),
        ("deals-v3", _WITH_PAGING, f"{OBJECTS}/0-3", None),
        ("tickets-v3", _WITH_PAGING, f"{OBJECTS}/tickets", None),
        ("feedback_submissions-v3", "CollectionResponseWithTotalSimplePublicObject", f"{OBJECTS}/feedback_submissions/search", EVERYTHING),
        ("contacts-v3", "Error", f"{OBJECTS}/contacts?limit=abc", None),
        ("owners-v3", "CollectionResponsePublicOwnerForwardPaging", "/crm/v3/owners?limit=2", None),
        ("pipelines-v3", "CollectionResponsePipelineNoPaging", "/crm/v3/pipelines/tickets", None),
        ("pipelines-v3", "CollectionResponsePipelineNoPaging", "/crm/v3/pipelines/deals", None),
        ("associations-v4", "BatchResponsePublicAssociationMultiWithLabel", "/crm/v4/associations/tickets/contacts/batch/read",
         {"inputs": [{"id": "700001"}, {"id": "700002"}]}),
    ],
)  # fmt: skip
def test_shapes_obey_the_vendors_own_schema(ask, spec, name, path, body):
    schema, answer = _schema(spec, name), ask(path, body).json()
    assert name == "Error" or answer["results"]
    for record in answer.get("results", []):
        # The schema knows no null among the properties; the live API has many.
        if "properties" in record:
            record["properties"] = {name: value for name, value in record["properties"].items() if value is not None}
    problems = [f"{problem.json_path}: {problem.message[:200]}" for problem in jsonschema.Draft202012Validator(schema).iter_errors(answer)]
    assert problems == []
