"""HubSpot's traps: the cap of 10,000, texts for everything, silent archived rows, unknown properties, partial batches."""

from typing import Any

import pytest

from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials, RetryLater, SourceContractBroken
from kuulo.sources.hubspot import HUBSPOT
from tests.landing.landings import land, typed_rows, untyped_rows
from tests.loopback_server import Asked, Reply

SINCE, UNTIL = "1768002600000", "1768089600000"  # 2026-01-09T23:50:00Z (ten minutes before the window) and 2026-01-11
CHANGED = "2026-01-10T10:00:00.123Z"


class Account:
    """Objects by type, served by search, list, properties and associations."""

    def __init__(
        self, *, objects: dict[str, list[dict[str, Any]]] | None = None, missing: tuple[str, ...] = (), tells_of_more: bool = True
    ) -> None:
        self.tells_of_more = tells_of_more  # whether the 10,000th result still comes with a cursor
        self.objects, self.missing = objects or {}, missing
        self.archived: dict[str, list[dict[str, Any]]] = {}
        self.associations: dict[str, Reply] = {}

    def __call__(self, asked: Asked) -> Reply:
        parts = asked.path.strip("/").split("/")
        if "properties" in parts:
            declared = {c.path[1] for s in HUBSPOT.streams for c in s.columns if c.path[0] == "properties"}
            return Reply({"results": [{"name": name} for name in sorted(declared - set(self.missing))]})
        if parts[-1] == "search":
            return self._search(asked, parts[-2])
        if parts[-2:] == ["batch", "read"]:
            return self.associations["+".join(one["id"] + one.get("after", "") for one in asked.body["inputs"])]
        return self._listing(asked, parts[-1])

    def _search(self, asked: Asked, kind: str) -> Reply:
        assert set(asked.body) == {"filterGroups", "sorts", "properties", "limit", "after"}
        assert asked.body["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        start, size = int(asked.body["after"]), asked.body["limit"]
        if start + size > 10_000:
            return Reply({"category": "VALIDATION_ERROR"}, 400)
        least = next((int(f["value"]) for f in asked.body["filterGroups"][0]["filters"] if f["propertyName"] == "hs_object_id"), 0)
        found = sorted((o for o in self.objects.get(kind, []) if int(o["id"]) >= least), key=lambda o: int(o["id"]))
        more = start + size < len(found) and (self.tells_of_more or start + size < 10_000)
        paging = {"paging": {"next": {"after": str(start + size)}}} if more else {}
        return Reply({"total": len(found), "results": found[start : start + size], **paging})

    def _listing(self, asked: Asked, kind: str) -> Reply:
        kept = self.archived if asked.param("archived") == "true" else self.objects
        return Reply({"results": kept.get(kind, [])})


def record(identity: int, /, **properties: Any) -> dict[str, Any]:
    return {"id": str(identity), "properties": properties, "createdAt": CHANGED, "updatedAt": CHANGED, "archived": False}


def test_contacts_are_searched_with_all_five_fields_and_their_own_date_of_change(settings: Settings) -> None:
    _, asked = land(settings, HUBSPOT, "contacts", Account())
    check, search, archived = asked
    assert (check.method, check.path) == ("GET", "/crm/v3/properties/contacts")
    assert (search.method, search.path) == ("POST", "/crm/v3/objects/contacts/search")
    names = [
        "email", "hs_additional_emails", "hs_merged_object_ids", "associatedcompanyid", "hubspot_owner_id", "lifecyclestage", "country",
        "hs_language", "segment",
    ]  # fmt: skip
    assert search.body == {
        "filterGroups": [
            {
                "filters": [
                    {"propertyName": "lastmodifieddate", "operator": "GTE", "value": SINCE},
                    {"propertyName": "lastmodifieddate", "operator": "LT", "value": UNTIL},
                ]
            }
        ],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": names,
        "limit": 200,
        "after": "0",
    }
    assert (archived.method, archived.path) == ("GET", "/crm/v3/objects/contacts")
    assert archived.params == (("limit", "100"), ("archived", "true"), ("properties", ",".join(names)))
    assert {a.headers["Authorization"] for a in asked} == {"Bearer canary-77"}


@pytest.mark.parametrize("kind", ["companies", "deals", "tickets", "feedback_submissions"])
def test_the_others_have_another_date_of_change(settings: Settings, kind: str) -> None:
    _, asked = land(settings, HUBSPOT, kind, Account())
    assert {f["propertyName"] for f in asked[1].body["filterGroups"][0]["filters"]} == {"hs_lastmodifieddate"}
    assert asked[2].param("archived") == "true"


@pytest.mark.parametrize("tells", [True, False])
def test_p7_more_than_ten_thousand_results_are_all_read_once(settings: Settings, tells: bool) -> None:
    account = Account(objects={"companies": [record(7 * n + 1, name=f"c{n}") for n in range(10_401)]}, tells_of_more=tells)
    receipts, asked = land(settings, HUBSPOT, "companies", account)
    ids = [int(row["company_id"]) for row in typed_rows(settings, HUBSPOT, "companies")]
    assert ids == [7 * n + 1 for n in range(10_401)]
    assert receipts[0].received == 10_401
    searches = [a.body for a in asked if a.path.endswith("/search")]
    filters = [s["filterGroups"][0]["filters"] for s in searches]
    assert len(searches) == 53
    assert all(f[:2] == filters[0][:2] for f in filters)  # the window does not move
    behind = {"propertyName": "hs_object_id", "operator": "GTE"}
    assert filters[0][2:] == []
    assert [f[2:] for f in filters[1:]] == [[{**behind, "value": str(7 * (200 * n - 1) + 2)}] for n in range(1, 53)]
    assert {s["after"] for s in searches} == {"0"}


def test_texts_become_what_they_say_and_empty_is_null(settings: Settings) -> None:
    deal = record(1, amount="9", closedate="2026-01-05T10:11:12Z", hs_is_closed_won="true", dealname="", hubspot_owner_id=None)
    other = record(2, amount="", closedate="1767607872123", hs_is_closed_won="", dealname="x", hs_object_id="2")
    bad = record(3, amount="9/10")
    receipts, _ = land(settings, HUBSPOT, "deals", Account(objects={"deals": [deal, other, bad]}))
    rows = typed_rows(settings, HUBSPOT, "deals")
    assert [(r["amount"], r["closed_at"] and r["closed_at"].isoformat(), r["is_closed_won"], r["name"]) for r in rows] == [
        (9.0, "2026-01-05T10:11:12", True, None), (None, "2026-01-05T10:11:12.123000", None, "x")
    ]  # fmt: skip
    assert rows[1]["_extra"] == '{"properties":{"hs_object_id":"2"}}'
    assert rows[0]["updated_at"].isoformat() == "2026-01-10T10:00:00.123000"
    assert [u["rule"] for u in untyped_rows(settings, HUBSPOT, "deals")] == ["typed:amount"]
    assert receipts[0].untyped == 1


def test_archived_rows_are_fetched_by_a_second_pass(settings: Settings) -> None:
    account = Account(objects={"tickets": [record(1, createdate=CHANGED)]})
    account.archived["tickets"] = [{**record(9, createdate=CHANGED), "archived": True, "archivedAt": "2026-01-10T11:00:00Z"}]
    land(settings, HUBSPOT, "tickets", account)
    rows = typed_rows(settings, HUBSPOT, "tickets")
    assert [(r["ticket_id"], r["archived"], r["archived_at"] and r["archived_at"].isoformat()) for r in rows] == [
        ("1", False, None), ("9", True, "2026-01-10T11:00:00")
    ]  # fmt: skip


def test_a_property_that_the_account_lacks_is_noted_and_not_asked_for(settings: Settings) -> None:
    receipts, asked = land(settings, HUBSPOT, "contacts", Account(missing=("segment", "hs_language")))
    assert receipts[0].note == "not asked for, since the account has no such contacts property: hs_language, segment"
    assert not {"segment", "hs_language"} & set(asked[1].body["properties"])
    assert "segment" not in (asked[2].param("properties") or "").split(",")


def test_a_required_property_that_the_account_lacks_is_an_error(settings: Settings) -> None:
    with pytest.raises(SourceContractBroken, match="hubspot/tickets, page 1: the account lacks required tickets properties: createdate"):
        land(settings, HUBSPOT, "tickets", Account(missing=("createdate",)))


def test_the_objects_prefix_is_a_knob(settings: Settings) -> None:
    _, asked = land(settings, HUBSPOT, "deals", Account(), knobs={"object_prefix": "/crm/objects/2026-03"})
    assert [a.path for a in asked[1:]] == ["/crm/objects/2026-03/deals/search", "/crm/objects/2026-03/deals"]


def test_submissions_answer_one_question(settings: Settings) -> None:
    submission = record(
        5, hs_survey_id="31", hs_survey_type="NPS", hs_value="9", hs_submission_timestamp="2026-01-10T09:00:00Z", hs_content="ok"
    )
    land(settings, HUBSPOT, "feedback_submissions", Account(objects={"feedback_submissions": [submission]}))
    (row,) = typed_rows(settings, HUBSPOT, "feedback_submissions")
    assert (row["question_id"], row["score"], row["survey_id"], row["submitted_at"].isoformat()) == (
        "value",
        9.0,
        "31",
        "2026-01-10T09:00:00",
    )


def test_owners_living_and_archived_with_their_team_and_without_their_names(settings: Settings) -> None:
    account = Account()
    account.objects["owners"] = [
        {"id": "1", "email": "o@x.y", "firstName": "Ada", "lastName": "L", "createdAt": CHANGED, "updatedAt": CHANGED, "archived": False,
         "teams": [{"id": "7", "name": "A", "primary": False}, {"id": "8", "name": "B", "primary": True}]}
    ]  # fmt: skip
    account.archived["owners"] = [{"id": "2", "email": "p@x.y", "updatedAt": CHANGED, "archived": True}]
    land(settings, HUBSPOT, "owners", account)
    rows = typed_rows(settings, HUBSPOT, "owners")
    assert [(r["owner_id"], r["team_name"], r["archived"], r["_extra"]) for r in rows] == [("1", "B", False, None), ("2", None, True, None)]


def test_pipelines_are_stages(settings: Settings) -> None:
    def stages(asked: Asked) -> Reply:
        if asked.path.endswith("/deals"):
            won = {"id": "won", "label": "Won", "displayOrder": 1, "metadata": {"isClosed": "true", "probability": "1.0"}}
            open_ = {"id": "o", "label": "Open", "displayOrder": 0, "metadata": {"isClosed": "false"}}
            return Reply({"results": [{"id": "p", "label": "Sales", "stages": [open_, won]}]})
        closed = {"id": "4", "label": "Closed", "displayOrder": 3, "metadata": {"ticketState": "CLOSED"}}
        return Reply(
            {"results": [{"id": "0", "label": "Help", "stages": [closed, {"id": "1", "metadata": {"ticketState": "OPEN"}}, {"id": "2"}]}]}
        )

    land(settings, HUBSPOT, "pipelines", stages)
    assert [(r["object_type"], r["pipeline_id"], r["stage_id"], r["is_closed"]) for r in typed_rows(settings, HUBSPOT, "pipelines")] == [
        ("deals", "p", "o", False), ("deals", "p", "won", True), ("tickets", "0", "4", True), ("tickets", "0", "1", False),
        ("tickets", "0", "2", None),
    ]  # fmt: skip


def linked(ticket: str, *contacts: int, after: str | None = None) -> dict[str, Any]:
    paging = {"paging": {"next": {"after": after}}} if after else {}
    return {"from": {"id": ticket}, "to": [{"toObjectId": c, "associationTypes": []} for c in contacts], **paging}


def test_associations_of_the_tickets_found_by_search(settings: Settings) -> None:
    account = Account(objects={"tickets": [record(1), record(2), record(3)]})
    nothing = {"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "message": "x"}
    account.associations["1+2+3"] = Reply(
        {"results": [linked("1", 2**60), linked("2", 20, 21, after="A")], "numErrors": 1, "errors": [nothing]}, 207
    )
    account.associations["2A"] = Reply({"results": [linked("2", 22)]})
    receipts, asked = land(settings, HUBSPOT, "associations", account)
    assert [a.path for a in asked] == ["/crm/v3/objects/tickets/search", *["/crm/v4/associations/tickets/contacts/batch/read"] * 2]
    assert asked[0].body["properties"] == ["hs_object_id"]
    rows = typed_rows(settings, HUBSPOT, "associations")
    assert [(r["from_type"], r["from_id"], r["to_type"], r["to_id"]) for r in rows] == [
        ("tickets", "1", "contacts", str(2**60)), ("tickets", "2", "contacts", "20"), ("tickets", "2", "contacts", "21"),
        ("tickets", "2", "contacts", "22"),
    ]  # fmt: skip
    assert receipts[0].pages == 2


def test_associations_go_on_behind_every_batch(settings: Settings) -> None:
    account = Account(objects={"tickets": [record(n) for n in range(1, 402)]})
    batches = ["+".join(str(n) for n in span) for span in (range(1, 201), range(201, 401), range(401, 402))]
    for number, batch in enumerate(batches):
        account.associations[batch] = Reply({}, 500)
        with pytest.raises(RetryLater):
            land(settings, HUBSPOT, "associations", account)
        account.associations[batch] = Reply({"results": [linked(str(number), number)]})
    receipts, asked = land(settings, HUBSPOT, "associations", account)
    assert [len(a.body.get("inputs", [])) for a in asked] == [0, 1]
    assert [r["from_id"] for r in typed_rows(settings, HUBSPOT, "associations")] == ["0", "1", "2"]
    assert receipts[0].pages == 3


def test_a_batch_that_failed_in_part_is_not_a_whole_page(settings: Settings) -> None:
    account = Account(objects={"tickets": [record(1)]})
    account.associations["1"] = Reply(
        {"results": [], "numErrors": 1, "errors": [{"category": "INTERNAL_ERROR", "message": "canary-77"}]}, 207
    )
    with pytest.raises(RetryLater, match=r"associations of 1 records could not be read \(INTERNAL_ERROR\)"):
        land(settings, HUBSPOT, "associations", account)


def test_a_malformed_token_is_status_530(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"hubspot/deals, page 1: the secret is refused \(530\)"):
        land(settings, HUBSPOT, "deals", lambda _: Reply({}, 530))


def test_a_missing_scope_is_named(settings: Settings) -> None:
    with pytest.raises(BadCredentials, match=r"lacks the scope crm.objects.owners.read"):
        land(settings, HUBSPOT, "owners", lambda _: Reply({}, 403))
    with pytest.raises(BadCredentials, match=r"feedback_submissions\.read"):
        land(settings, HUBSPOT, "feedback_submissions", lambda _: Reply({}, 403))


def test_the_daily_limit_fails_at_once_and_the_burst_limit_is_waited_for(settings: Settings) -> None:
    limit = {"status": "error", "errorType": "RATE_LIMIT"}
    with pytest.raises(RetryLater, match="DAILY") as failure:
        land(settings, HUBSPOT, "owners", lambda _: Reply({**limit, "policyName": "DAILY"}, 429))
    assert len(failure.value.asked) == 1  # type: ignore[attr-defined]
    replies = iter([Reply({**limit, "policyName": "TEN_SECONDLY_ROLLING"}, 429), Reply({}, 477, {"Retry-After": "3"})])
    receipts, asked = land(settings, HUBSPOT, "owners", lambda _: next(replies, Reply({"results": []})))
    assert (receipts[0].received, len(asked)) == (0, 4)
