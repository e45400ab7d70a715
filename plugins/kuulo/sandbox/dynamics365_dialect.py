"""Dataverse's Web API as it is spoken: tokens, table definitions, pages with a cookie in the link, changes by delta links."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode

from kuulo.sandbox.company import Company
from kuulo.sandbox.dynamics365_asking import Preferences, filter_in, ordered_by, preferences_of, refusal, selected_in
from kuulo.sandbox.dynamics365_objects import Table, TableRow, Values, service_tables
from kuulo.sandbox.dynamics365_voice_objects import voice_tables
from kuulo.sandbox.exchange import Answer, Refusal, Request, json_answer
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.instants import zulu

CLIENT_ID, CLIENT_SECRET, TENANT = "sandbox-client", "sandbox-dynamics365", "00000000-0000-4000-8000-00000000cafe"
PREFIX, TOKEN_PREFIX = "/dynamics365/api/data/v9.2", "/dynamics365/oauth2"
CLIENT_WITHOUT_ROLE = "sandbox-client-without-role"
_TOKEN, _TOKEN_WITHOUT_ROLE = "sandbox-token", "sandbox-token-without-role"
TOKEN_DAYS = timedelta(days=7)
_NOT_WITH_TRACKING = ("$filter", "$orderby", "$expand", "$top")
_DEFINITION = re.compile(r"/EntityDefinitions\(LogicalName='(\w+)'\)")


class Dynamics365Dialect:
    """Answers what lies under an environment's address, from a company's records."""

    def __init__(self, company: Company) -> None:
        tables = [*service_tables(company), *voice_tables(company)]
        self._by_set = {table.entity_set: table for table in tables}
        self._by_name = {table.logical_name: table for table in tables}
        for table in tables:
            for number, made in enumerate(sorted(table.rows, key=lambda made: (made.modified_at, made.values[table.key])), 1):
                made.values["versionnumber"] = 1_000_000 + number

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""
        try:
            if request.path == "/token":
                return _token(request)
            _admit(request)
            if match := _DEFINITION.fullmatch(request.path):
                return self._definition(match[1])
            return self._list(request, self._table(request.path.strip("/")))
        except Refusal as refused:
            return refused.answer

    def _table(self, entity_set: str) -> Table:
        if entity_set not in self._by_set:
            raise refusal(404, "0x8006088a", f"Resource not found for the segment '{entity_set}'.")
        return self._by_set[entity_set]

    def _definition(self, logical_name: str) -> Answer:
        table = self._by_name.get(logical_name)
        if table is None:
            raise refusal(404, "0x80060888", f"Could not find an entity with name {logical_name}")
        attributes = [{"LogicalName": name.removeprefix("_").removesuffix("_value")} for name in sorted(table.columns)]
        return json_answer({
            "LogicalName": logical_name, "EntitySetName": table.entity_set, "ChangeTrackingEnabled": table.tracks, "Attributes": attributes,
        })  # fmt: skip

    def _list(self, request: Request, table: Table) -> Answer:
        wanted = preferences_of(request)
        if request.last("$skip"):
            raise refusal(400, "0x80060888", "Skip Clause is not supported in CRM")
        if since := request.last("$deltatoken"):
            return self._changes(request, table, wanted, since)
        if wanted.tracks and (found := [name for name in _NOT_WITH_TRACKING if request.last(name)]):
            raise refusal(400, "0x80060888", f"The {found[0]} query parameter is not supported when tracking changes.")
        if wanted.tracks and not table.tracks:
            raise refusal(400, "0x80060888", f"Change tracking is not enabled for entity {table.logical_name}.")
        fits = filter_in(request, table)
        living = [made for made in table.rows if made.deleted_at is None and fits(made)]
        return self._page(request, table, wanted, living, [])

    def _changes(self, request: Request, table: Table, wanted: Preferences, since: str) -> Answer:
        token = datetime.fromisoformat(since).astimezone(UTC)
        if token < AS_OF - TOKEN_DAYS:
            raise refusal(
                400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync."
            )  # fmt: skip
        changed = [made for made in table.rows if made.modified_at >= token and made.deleted_at is None]
        gone = [made for made in table.rows if made.deleted_at and made.deleted_at >= token]
        return self._page(request, table, wanted, changed, [_tombstone(request, table, made) for made in gone])

    def _page(self, request: Request, table: Table, wanted: Preferences, found: list[TableRow], gone: list[Values]) -> Answer:
        """A page of the rows behind the one that the cookie names, and after the last of them the deletions."""
        order, (number, last) = ordered_by(request, table), _place(request)
        names, rows = selected_in(request, table), sorted((made for made in found if _mark(order, made) > last), key=order)
        page = rows[: wanted.page_size]
        records = [_record(made, table, names, wanted) for made in page]
        context = f"{_base(request)}/$metadata#{table.entity_set}({','.join(names)})"
        tracked = wanted.tracks or bool(request.last("$deltatoken"))
        value = {"@odata.context": context + ("/$delta" if tracked else ""), "value": records}
        kept = [(name, text) for name, text in request.query if name != "$skiptoken"]
        if len(page) < len(rows):
            cookie = _cookie(number + 1, _mark(order, page[-1]), tracked)
            return json_answer({**value, "@odata.nextLink": _link(request, table, [*kept, ("$skiptoken", cookie)])})
        if tracked:
            delta = [(name, text) for name, text in kept if name != "$deltatoken"] + [("$deltatoken", str(zulu(AS_OF)))]
            return json_answer({**value, "value": [*records, *gone], "@odata.deltaLink": _link(request, table, delta)})
        return json_answer(value)


def _origin(request: Request) -> str:
    return f"{request.headers.get('x-forwarded-proto', 'http')}://{request.headers.get('host', '127.0.0.1')}"


def _base(request: Request) -> str:
    return _origin(request) + PREFIX


def _link(request: Request, table: Table, query: list[tuple[str, str]]) -> str:
    return f"{_base(request)}/{table.entity_set}?{urlencode(query, quote_via=quote, safe='$,')}"


def _mark(order: Callable[[TableRow], Any], made: TableRow) -> str:
    """What a cookie says of the last row of its page."""
    return "|".join(str(value) for value in order(made))


def _cookie(number: int, last: str, tracked: bool) -> str:
    """The paging cookie, encoded once here and once more in the link."""
    inner = quote(f'<cookie page="{number - 1}"><row last="{last}" /></cookie>')
    return quote(f'<cookie pagenumber="{number}" pagingcookie="{inner}" istracking="{tracked}" />')


def _place(request: Request) -> tuple[int, str]:
    """The page that the cookie stands for, and the last row before it; a cookie that was decoded or encoded on the way is refused."""
    cookie = request.last("$skiptoken")
    if not cookie:
        return 1, ""
    told = re.fullmatch(r'<cookie pagenumber="(\d+)" pagingcookie="(.*)" istracking="(True|False)" />', unquote(cookie))
    row = re.search(r'last="(.*)" />', unquote(told[2])) if told else None
    if not told or not row or cookie != _cookie(int(told[1]), row[1], told[3] == "True"):
        raise refusal(400, "0x80060888", "Malformed XML in the Paging Cookie")
    return int(told[1]), row[1]


def _record(made: TableRow, table: Table, names: list[str], wanted: Preferences) -> Values:
    record: Values = {"@odata.etag": f'W/"{made.values["versionnumber"]}"'}
    for name in names if table.key in names else [*names, table.key]:
        record[name] = made.values[name]
        if wanted.lookups and name in made.kinds and made.values[name] is not None:
            record[f"{name}@Microsoft.Dynamics.CRM.lookuplogicalname"] = made.kinds[name]
    return record


def _tombstone(request: Request, table: Table, made: TableRow) -> Values:
    context = f"{_base(request)}/$metadata#{table.entity_set}/$deletedEntity"
    return {"@odata.context": context, "id": made.values[table.key], "reason": "deleted"}


def _token(request: Request) -> Answer:
    form = {name: values[-1] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
    scope = f"{_origin(request)}/.default"
    good = request.method == "POST" and form.get("grant_type") == "client_credentials" and form.get("scope") == scope
    if not good or form.get("client_id") not in (CLIENT_ID, CLIENT_WITHOUT_ROLE) or form.get("client_secret") != CLIENT_SECRET:
        told = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
        return json_answer(told, 401)
    token = _TOKEN if form["client_id"] == CLIENT_ID else _TOKEN_WITHOUT_ROLE
    return json_answer({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token})


def _admit(request: Request) -> None:
    if request.bearer == _TOKEN_WITHOUT_ROLE:
        message = "Principal user (type=8) is missing prvReadEntity privilege for entity 'entity'. Context user roles are none."
        raise refusal(403, "0x80040220", message)
    if request.bearer != _TOKEN:
        raise refusal(401, "0x80072560", "The user is not a member of the organization.", (("WWW-Authenticate", "Bearer"),))
    if request.headers.get("odata-version", "4.0") != "4.0":
        raise refusal(400, "0x80060888", "The OData-Version header must be 4.0")
