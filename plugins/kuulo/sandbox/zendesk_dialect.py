"""Zendesk Support's API as it is spoken: Basic with `mail/token` or Bearer, exports by cursor and by time, lists by cursor."""

import binascii
import re
from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from kuulo.sandbox.company import Company
from kuulo.sandbox.exchange import Answer, Refusal, Request, json_answer
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.instants import unix
from kuulo.sandbox.zendesk_rating_records import rating_record, response_record
from kuulo.sandbox.zendesk_ratings import RATINGS
from kuulo.sandbox.zendesk_records import (
    generated_at,
    groups,
    identities_of,
    metric_events_of,
    organizations_of,
    ticket_record,
    users_of,
)

ZENDESK_LOGIN, ZENDESK_TOKEN = "kuulo@kajo.example", "sandbox-zendesk"
TOKEN_WITHOUT_CSAT = f"{ZENDESK_TOKEN}-no-csat"
_LARGEST_PAGE, _PAGE, _LIST_PAGE = 1000, 250, 100
_HELD_BACK_SECONDS = 60

Record = dict[str, Any]
Dated = list[tuple[int, int, Record]]


def _refuse(status: int, error: str, description: str) -> Refusal:
    return Refusal(status, {"error": error, "description": description})


def _number(request: Request, name: str, default: str = "") -> int:
    text = request.last(name, default)
    if not text.isdecimal():
        raise _refuse(400, "InvalidValue", f"Invalid {name} parameter")
    return int(text)


def _seconds(text: str) -> int:
    return unix(datetime.fromisoformat(text))


class ZendeskDialect:
    """Answers what lies under a Zendesk account's host, from a company's records."""

    def __init__(self, company: Company) -> None:
        tickets = [contact for contact in company.contacts if contact.system == "zendesk"]
        invites = {invite.invite_id: invite for invite in company.vendor_invites}
        given = [answer for answer in company.vendor_answers if answer.source == "zendesk"]
        rated = [(a, invites.get(f"rating-{a.response_id}")) for a in given if a.stream == RATINGS]
        offered = [(a, invites[f"response-{a.response_id}"]) for a in given if a.stream != RATINGS]
        self._tickets = {with_metrics: sorted(
            ((generated_at(t), int(t.contact_id), ticket_record(t, with_metrics=with_metrics)) for t in tickets), key=lambda one: one[:2]
        ) for with_metrics in (True, False)}  # fmt: skip
        self._users = _dated(users_of(company, tickets), "updated_at")
        self._identities = identities_of(company)
        self._organizations = _dated(organizations_of(company), "updated_at")
        self._events = _dated(metric_events_of(tickets), "time")
        self._ratings = _dated([rating_record(answer, invite) for answer, invite in rated], "created_at")
        self._responses = sorted(
            ((unix(invite.sent_at), 0, response_record(answer, invite)) for answer, invite in offered), key=lambda r: str(r[2]["id"])
        )
        self._ways: tuple[tuple[re.Pattern[str], Callable[[Request], Record]], ...] = (
            (re.compile(r"/incremental/tickets/cursor(\.json)?"), self._export_tickets),
            (re.compile(r"/incremental/users/cursor(\.json)?"), lambda request: _export(request, "users", self._users)),
            (
                re.compile(r"/incremental/organizations(\.json)?"),
                lambda request: _export_by_time(request, "organizations", self._organizations),
            ),
            (re.compile(r"/incremental/ticket_metric_events(\.json)?"), self._export_events),
            (re.compile(r"/users/show_many(\.json)?"), self._show_users),
            (re.compile(r"/groups(\.json)?"), lambda request: _listed(request, "groups", groups())),
            (re.compile(r"/satisfaction_ratings(\.json)?"), self._list_ratings),
            (re.compile(r"/guide/survey_responses"), self._list_responses),
        )

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""
        try:
            self._admit(request)
            for pattern, way in self._ways:
                if request.method == "GET" and pattern.fullmatch(request.path.removeprefix("/api/v2")):
                    return json_answer(way(request))
            raise _refuse(404, "InvalidEndpoint", "Not found")
        except Refusal as refused:
            return refused.answer

    def _admit(self, request: Request) -> None:
        token = request.bearer or _token_of_login(request.headers.get("authorization", ""))
        if token == TOKEN_WITHOUT_CSAT and ("satisfaction" in request.path or "survey" in request.path):
            raise Refusal(403, {"error": {"title": "Forbidden", "message": "You do not have access to this page."}})
        if token not in (ZENDESK_TOKEN, TOKEN_WITHOUT_CSAT):
            raise Refusal(401, {"error": "Couldn't authenticate you"})

    def _export_tickets(self, request: Request) -> Record:
        tickets = self._tickets["metric_sets" in request.last("include").split(",")]
        if request.last("exclude_deleted") == "true":
            tickets = [one for one in tickets if one[2]["status"] != "deleted"]
        return _export(request, "tickets", tickets)

    def _export_events(self, request: Request) -> Record:
        """The one export that does not say whether the stream ends."""
        page = _export_by_time(request, "ticket_metric_events", self._events)
        del page["end_of_stream"]
        return page

    def _show_users(self, request: Request) -> Record:
        """Users by their ids, a hundred at most, and their identities where those are asked for."""
        ids = set(request.last("ids").split(","))
        if len(ids) > _LIST_PAGE:
            raise _refuse(400, "TooManyIds", "Too many ids, 100 at most")
        shown: Record = {"users": [user for _, _, user in self._users if str(user["id"]) in ids and user["active"]]}
        if request.last("include") == "identities":
            shown["identities"] = [identity for identity in self._identities if str(identity["user_id"]) in ids]
        return shown

    def _list_ratings(self, request: Request) -> Record:
        since = _number(request, "start_time", "0")
        return _listed(request, "satisfaction_ratings", [record for at, _, record in self._ratings if at >= since])

    def _list_responses(self, request: Request) -> Record:
        since = _number(request, "filter[created_at_start]", "0")
        return _listed(request, "survey_responses", [record for at, _, record in self._responses if 1000 * at >= since])


def _token_of_login(authorization: str) -> str:
    """The token of Basic `mail/token:token`."""
    scheme, _, rest = authorization.partition(" ")
    try:
        user, _, token = b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return token if (scheme, user) == ("Basic", f"{ZENDESK_LOGIN}/token") else ""


def _dated(records: list[Record], at: str) -> Dated:
    return sorted(((_seconds(record[at]), record["id"], record) for record in records), key=lambda one: one[:2])


def _start_time(request: Request) -> int:
    start = _number(request, "start_time")
    if start > unix(AS_OF) - _HELD_BACK_SECONDS:
        raise _refuse(400, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 1 minute")
    return start


def _place(cursor: str) -> tuple[int, int]:
    """The time and id that a cursor stands behind."""
    try:
        at, _, identity = b64decode(cursor, validate=True).decode().strip("|").partition("||")
        return int(float(at)), int(identity)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise _refuse(400, "InvalidValue", "Invalid cursor parameter") from None


def _export(request: Request, name: str, items: Dated) -> Record:
    """A page of an export behind a cursor; pages are smaller than the vendor's, so that there are some."""
    size = min(_number(request, "per_page", str(_LARGEST_PAGE)), _PAGE)
    keys = [one[:2] for one in items]
    cursor = request.last("cursor")
    start = bisect_right(keys, _place(cursor)) if cursor else bisect_left(keys, (_start_time(request), 0))
    until = bisect_left(keys, (unix(AS_OF) - _HELD_BACK_SECONDS + 1, 0))
    page = items[start : min(start + size, until)]
    after = b64encode(f"{page[-1][0]}.0||{page[-1][1]}|".encode()).decode() if page else cursor or None
    link = f"https://kajo.example/api/v2{request.path.removeprefix('/api/v2')}?cursor={after}" if after else None
    return {
        name: [record for _, _, record in page],
        "after_cursor": after,
        "after_url": link,
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": start + len(page) >= until,
    }


def _export_by_time(request: Request, name: str, items: Dated) -> Record:
    """A page of an export by time: it ends with all records of a second, which the next page begins with again."""
    times = [one[0] for one in items]
    start, until = bisect_left(times, _start_time(request)), bisect_right(times, unix(AS_OF) - _HELD_BACK_SECONDS)
    stop = min(start + _LARGEST_PAGE, until)
    stop = min(bisect_right(times, times[stop - 1]), until) if stop > start else start
    end_time = times[stop - 1] if stop > start else _start_time(request)
    link = f"https://kajo.example/api/v2{request.path.removeprefix('/api/v2')}?start_time={end_time}"
    records = [record for _, _, record in items[start:stop]]
    return {name: records, "count": len(records), "end_time": end_time, "next_page": link, "end_of_stream": stop >= until}


def _following(request: Request, cursor: str | None) -> str:
    """The link to a list's next page."""
    kept = [(key, value) for key, value in request.query if key != "page[after]"]
    return f"https://kajo.example/api/v2{request.path.removeprefix('/api/v2')}?{urlencode([*kept, ('page[after]', cursor)])}"


def _listed(request: Request, name: str, records: list[Record]) -> Record:
    """A page of a list behind a cursor."""
    size = _number(request, "page[size]", str(_LIST_PAGE))
    if not 1 <= size <= _LIST_PAGE:
        raise _refuse(400, "InvalidPaginationParameter", "page[size] must be between 1 and 100")
    after = request.last("page[after]")
    start = _place(after)[1] if after else 0
    page, is_last = records[start : start + size], start + size >= len(records)
    cursor = b64encode(f"0||{start + len(page)}|".encode()).decode() if page else None
    return {
        name: page,
        "meta": {"has_more": not is_last, "after_cursor": cursor, "before_cursor": None},
        "links": {"next": None if is_last else _following(request, cursor), "prev": None},
    }
