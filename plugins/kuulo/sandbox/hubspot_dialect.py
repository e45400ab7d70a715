"""HubSpot's CRM API as it is spoken: bearer token, lists and searches, owners, pipelines, properties, associations."""

import re
from collections.abc import Callable
from typing import Any

from kuulo.sandbox import HUBSPOT_TOKEN
from kuulo.sandbox.company import Company
from kuulo.sandbox.exchange import Answer, Refusal, Request, json_answer
from kuulo.sandbox.hubspot_asking import RATE_HEADERS, flag_in, json_body_of, limit_in, refusal, whole_number_in
from kuulo.sandbox.hubspot_objects import CrmObject, objects_by_type
from kuulo.sandbox.hubspot_search import ObjectSearch, SearchRefused
from kuulo.sandbox.hubspot_settings import owner_record, pipeline_records, property_records
from kuulo.sandbox.people import OWNERS

TOKEN_WITHOUT_SCOPE = f"{HUBSPOT_TOKEN}-no-scope"
_TYPE_IDS = {"0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-19": "feedback_submissions"}
_DEFAULT_PROPERTIES = {
    "contacts": ("firstname", "lastname", "email"),
    "companies": ("name", "domain"),
    "deals": ("dealname", "amount", "closedate", "pipeline", "dealstage"),
    "tickets": ("subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "hs_ticket_category"),
    "feedback_submissions": (),
}
_ALWAYS = ("hs_object_id", "createdate", "lastmodifieddate", "hs_createdate", "hs_lastmodifieddate")
_EPOCH_TEXT = "2026-09-01T00:00:00.000Z"


class HubspotDialect:
    """Answers what lies under HubSpot's host, from a company's records."""

    def __init__(self, company: Company) -> None:
        self._objects = objects_by_type(company)
        self._searches = {kind: ObjectSearch(objects) for kind, objects in self._objects.items()}
        self._by_id = {kind: {made.object_id: made for made in objects} for kind, objects in self._objects.items()}
        self._ways: tuple[tuple[str, re.Pattern[str], Callable[..., Answer]], ...] = (
            ("GET", re.compile(r"/crm/v3/objects/([\w-]+)"), self._list),
            ("POST", re.compile(r"/crm/v3/objects/([\w-]+)/search"), self._search),
            ("GET", re.compile(r"/crm/v3/objects/([\w-]+)/(\d+)"), self._one),
            ("GET", re.compile(r"/crm/v3/properties/([\w-]+)"), self._properties),
            ("GET", re.compile(r"/crm/v3/owners/?"), self._owners),
            ("GET", re.compile(r"/crm/v3/pipelines/([\w-]+)"), self._pipelines),
            ("POST", re.compile(r"/crm/v4/associations/([\w-]+)/([\w-]+)/batch/read"), self._associations),
        )

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""
        try:
            self._admit(request)
            for method, pattern, way in self._ways:
                if method == request.method and (match := pattern.fullmatch(request.path)):
                    return way(request, *match.groups())
            raise refusal(404, "OBJECT_NOT_FOUND", "Resource not found")
        except Refusal as refused:
            return refused.answer

    def _admit(self, request: Request) -> None:
        if request.headers.get("authorization") and not re.fullmatch(r"[\w-]+", request.bearer):
            raise refusal(530, "INVALID_AUTHENTICATION", "The access token is malformed")
        if request.bearer == TOKEN_WITHOUT_SCOPE:
            raise refusal(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call")
        if request.bearer != HUBSPOT_TOKEN:
            raise refusal(401, "INVALID_AUTHENTICATION", "Authentication credentials not found")

    def _of_type(self, object_type: str) -> tuple[str, list[CrmObject]]:
        kind = _TYPE_IDS.get(object_type, object_type)
        if kind not in self._objects:
            raise refusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {object_type}")
        return kind, self._objects[kind]

    def _list(self, request: Request, object_type: str) -> Answer:
        kind, objects = self._of_type(object_type)
        archived = flag_in(request, "archived")
        after = whole_number_in(request, "after", "0")
        waiting = [made for made in objects if (made.archived_at is not None) == archived and int(made.object_id) > after]
        size = limit_in(request)
        names = _asked(kind, [n for listed in request.every("properties") for n in listed.split(",")])
        inline = [n for listed in request.every("associations") for n in listed.split(",")]
        results = [_with_associations(made, made.record(names), kind, inline) for made in waiting[:size]]
        return json_answer(_paged(results, waiting[size - 1].object_id if len(waiting) > size else None), headers=RATE_HEADERS)

    def _one(self, request: Request, object_type: str, object_id: str) -> Answer:
        kind, _ = self._of_type(object_type)
        found = self._by_id[kind].get(object_id)
        if found is None or (found.archived_at is not None) != flag_in(request, "archived"):
            raise refusal(404, "OBJECT_NOT_FOUND", "Object not found")
        names = _asked(kind, [n for listed in request.every("properties") for n in listed.split(",")])
        return json_answer(found.record(names), headers=RATE_HEADERS)

    def _search(self, request: Request, object_type: str) -> Answer:
        kind, _ = self._of_type(object_type)
        search = json_body_of(request)
        try:
            page, total, after = self._searches[kind].page(search)
        except SearchRefused as refused:
            raise refusal(400, "VALIDATION_ERROR", str(refused)) from refused
        names = _asked(kind, search["properties"])
        return json_answer({"total": total, **_paged([made.record(names) for made in page], after)})

    def _properties(self, request: Request, object_type: str) -> Answer:
        return json_answer({"results": property_records(self._of_type(object_type)[1])}, headers=RATE_HEADERS)

    def _owners(self, request: Request) -> Answer:
        archived, after, size = flag_in(request, "archived"), whole_number_in(request, "after", "0"), limit_in(request)
        waiting = [owner for owner in OWNERS if owner.is_archived == archived and int(owner.owner_id) > after]
        cursor = waiting[size - 1].owner_id if len(waiting) > size else None
        return json_answer(_paged([owner_record(owner) for owner in waiting[:size]], cursor), headers=RATE_HEADERS)

    def _pipelines(self, request: Request, object_type: str) -> Answer:
        kind = _TYPE_IDS.get(object_type, object_type)
        if kind not in ("deals", "tickets"):
            raise refusal(400, "VALIDATION_ERROR", f"{object_type} has no pipelines")
        return json_answer({"results": pipeline_records(kind)}, headers=RATE_HEADERS)

    def _associations(self, request: Request, from_type: str, to_type: str) -> Answer:
        (kind, _), (wanted, _) = self._of_type(from_type), self._of_type(to_type)
        inputs = json_body_of(request).get("inputs", [])
        if not inputs or len(inputs) > 1000:
            raise refusal(400, "VALIDATION_ERROR", "inputs must hold between 1 and 1000 ids")
        pairs = [(asked["id"], self._associated(kind, asked["id"], wanted)) for asked in inputs]
        results = [{"from": {"id": one}, "to": [_to(kind, wanted, other) for other in others]} for one, others in pairs if others]
        alone = [one for one, others in pairs if not others]
        body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": _EPOCH_TEXT, "completedAt": _EPOCH_TEXT}
        if alone:
            body |= {"numErrors": len(alone), "errors": [_no_association(kind, wanted, one) for one in alone]}
        return json_answer(body, status=207 if alone else 200, headers=RATE_HEADERS)

    def _associated(self, kind: str, object_id: str, wanted: str) -> list[str]:
        if (kind, wanted) == ("contacts", "tickets"):
            return [made.object_id for made in self._objects["tickets"] if object_id in made.associated.get("contacts", [])]
        found = self._by_id[kind].get(object_id)
        return found.associated.get(wanted, []) if found else []


def _to(kind: str, wanted: str, object_id: str) -> dict[str, Any]:
    number = {"contacts": 16, "companies": 1}.get(wanted, 15)
    return {"toObjectId": object_id, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": number}]}


def _no_association(kind: str, wanted: str, object_id: str) -> dict[str, Any]:
    message = f"No {wanted} is associated with {kind} {object_id}."
    return {"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "message": message,
            "context": {"fromObjectId": [object_id]}, "errors": [], "links": {}}  # fmt: skip


def _with_associations(made: CrmObject, record: dict[str, Any], kind: str, inline: list[str]) -> dict[str, Any]:
    found = {to: made.associated[to] for to in inline if made.associated.get(to)}
    if found:
        record["associations"] = {to: {"results": [{"id": one, "type": f"{kind}_to_{to}"} for one in ids]} for to, ids in found.items()}
    return record


def _asked(kind: str, names: list[str]) -> list[str]:
    return [*dict.fromkeys([*_ALWAYS, *([name for name in names if name] or _DEFAULT_PROPERTIES[kind])])]


def _paged(results: list[dict[str, Any]], after: str | None) -> dict[str, Any]:
    return {"results": results, **({"paging": {"next": {"after": after, "link": f"?after={after}"}}} if after else {})}
