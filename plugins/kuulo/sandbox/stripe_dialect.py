"""Stripe's API as it is spoken: bearer key, lists behind the last id, errors with a type, discounts only where asked for."""

import re
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.exchange import Answer, Refusal, Request, json_answer
from kuulo.sandbox.stripe_objects import Record, StripeAccount, without_discounts

STRIPE_KEY = "sandbox-stripe"
KEY_WITHOUT_PERMISSION = f"{STRIPE_KEY}-no-permission"
_CREATED = {f"created[{word}]": word for word in ("gt", "gte", "lt", "lte")}
_ALLOWED = {
    "customers": {"email"},
    "subscriptions": {"customer", "status", "expand[]"},
    "invoices": {"customer", "status", "subscription", "expand[]"},
    "events": {"type", "types[]"},
}
_EXPANDABLE = {"data.discounts", "data.items.data.discounts"}
_NO_LONGER_LISTED = ("canceled", "incomplete_expired")


def refusal(status: int, message: str, **more: str) -> Refusal:
    """A refusal in the vendor's words."""
    return Refusal(status, {"error": {"message": message, "type": "invalid_request_error", **more}})


class StripeDialect:
    """Answers what lies under Stripe's host, from a company's records."""

    def __init__(self, company: Company) -> None:
        self._account = StripeAccount(company)

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""
        try:
            self._admit(request)
            match = re.fullmatch(r"/(customers|subscriptions|invoices|events)(?:/(\w+))?", request.path)
            if request.method != "GET" or match is None:
                raise refusal(404, f"Unrecognized request URL ({request.method}: {request.path}).")
            kind, identity = match.groups()
            return json_answer(self._one(kind, identity) if identity else self._list(kind, request))
        except Refusal as refused:
            return refused.answer

    def _admit(self, request: Request) -> None:
        if request.bearer not in (STRIPE_KEY, KEY_WITHOUT_PERMISSION):
            raise refusal(401, "Invalid API Key provided.")
        if request.bearer == KEY_WITHOUT_PERMISSION:
            raise refusal(403, "The provided key does not have the required permissions.", code="more_permissions_required")

    def _all(self, kind: str) -> list[Record]:
        found: list[Record] = getattr(self._account, kind)
        return found

    def _one(self, kind: str, identity: str) -> Record:
        if kind == "customers" and identity in self._account.deleted:
            return {"id": identity, "object": "customer", "deleted": True}
        for record in self._all(kind):
            if record["id"] == identity:
                return without_discounts(record) if kind == "subscriptions" else record
        raise refusal(404, f"No such {kind[:-1]}: '{identity}'", code="resource_missing", param="id")

    def _list(self, kind: str, request: Request) -> dict[str, Any]:
        for name in {name for name, _ in request.query} - _ALLOWED[kind] - {"limit", "starting_after", *_CREATED}:
            raise refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
        size = request.last("limit", "10")
        if not size.isdecimal() or not 1 <= int(size) <= 100:
            raise refusal(400, "This value must be between 1 and 100.", param="limit")
        records = self._behind(kind, self._wanted(kind, request), request.last("starting_after"))
        data = records[: int(size)]
        if kind == "subscriptions" and not self._expanded(request):
            data = [without_discounts(record) for record in data]
        return {"object": "list", "data": data, "has_more": len(records) > int(size), "url": f"/v1/{kind}"}

    def _expanded(self, request: Request) -> bool:
        asked = set(request.every("expand[]"))
        for name in asked - _EXPANDABLE:
            raise refusal(400, f"This property cannot be expanded ({name}).", param="expand")
        return "data.discounts" in asked

    def _behind(self, kind: str, records: list[Record], last: str) -> list[Record]:
        if not last:
            return records
        for place, record in enumerate(records, 1):
            if record["id"] == last:
                return records[place:]
        raise refusal(400, f"No such {kind[:-1]}: '{last}'", code="resource_missing", param="starting_after")

    def _wanted(self, kind: str, request: Request) -> list[Record]:
        records = [record for record in self._all(kind) if self._is_created_within(record, request)]
        for name in ("customer", "email", "subscription"):
            if wanted := request.last(name):
                records = [record for record in records if record.get(name) == wanted]
        status = request.last("status")
        if kind == "subscriptions" and status != "all":
            records = [r for r in records if (r["status"] == status if status else r["status"] not in _NO_LONGER_LISTED)]
        types = [*request.every("type"), *request.every("types[]")]
        return [record for record in records if record["type"] in types] if types else records

    def _is_created_within(self, record: Record, request: Request) -> bool:
        for name, word in _CREATED.items():
            bound = request.last(name)
            if bound and not bound.isdecimal():
                raise refusal(400, f"Invalid integer: {bound}", param=name)
            if bound and not _within(int(record["created"]), word, int(bound)):
                return False
        return True


def _within(created: int, word: str, bound: int) -> bool:
    return {"gt": created > bound, "gte": created >= bound, "lt": created < bound, "lte": created <= bound}[word]
