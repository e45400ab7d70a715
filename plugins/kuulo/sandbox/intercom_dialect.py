"""Intercom's API as it is spoken: bearer token, pinned version, search, one scroll at a time, limits in windows of ten seconds."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.exchange import Answer, Refusal, Request, json_answer
from kuulo.sandbox.intercom_conversations import Conversations, internal_tickets, ticket_record
from kuulo.sandbox.intercom_records import admin_records, company_record, contact_record, team_records
from kuulo.sandbox.intercom_search import SearchRefused, search_page
from kuulo.sandbox.intercom_support import SYSTEM, TICKET

INTERCOM_TOKEN = "sandbox-intercom"
TOKEN_WITHOUT_PERMISSION = f"{INTERCOM_TOKEN}-no-permission"
VERSION = re.compile(r"\d{1,2}\.\d{1,2}")
LIMIT, _WINDOW_SECONDS = 1_666, 10
_SCROLL_PAGE, _SCROLL_SECONDS = 100, 60
_SEARCHES = {"/contacts/search": ("data", "list", 50), "/conversations/search": ("conversations", "conversation.list", 20),
             "/tickets/search": ("tickets", "ticket.list", 20)}  # fmt: skip


def refusal(status: int, code: str, message: str) -> Refusal:
    """A refusal in the vendor's words."""
    return Refusal(
        status,
        {"type": "error.list", "request_id": "00000000-0000-4000-8000-000000000000", "errors": [{"code": code, "message": message}]},
    )


class IntercomDialect:
    """Answers what lies under Intercom's host, from a company's records."""

    def __init__(self, company: Company, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lists: dict[str, list[dict[str, Any]]] = {}
        self._parts: dict[str, list[dict[str, Any]]] = {}
        self._write(company)
        self._asked: tuple[int, int] = (0, 0)
        self._scrolls, self._open_until = 0, 0.0

    def _write(self, company: Company) -> None:
        talks = [c for c in company.contacts if c.system == SYSTEM and c.archived_at is None]
        by_contact: dict[str, list[SupportContact]] = {}
        by_case: dict[str, list[SupportContact]] = {}
        for talk in talks:
            by_contact.setdefault(str(talk.customer_id), []).append(talk)
            by_case.setdefault(str(talk.case_id), []).append(talk)
        contacts = {identity: contact_record(identity, said[0].person, said) for identity, said in by_contact.items()}
        writer, conversations, tickets = Conversations(company), [], []
        for identity, said in by_case.items():
            contact = contacts[str(said[0].customer_id)]
            if identity.startswith(TICKET):
                tickets.append(ticket_record(said[0], contact))
                continue
            record, self._parts[identity] = writer.record(said, contact)
            conversations.append(record)
        tickets += internal_tickets(tickets, conversations)
        self._lists = {"/contacts/search": list(contacts.values()), "/conversations/search": conversations, "/tickets/search": tickets}
        self._conversations = {record["id"]: record for record in conversations}
        self._companies = [company_record(one) for one in company.companies]

    def answer(self, request: Request) -> Answer:
        """The vendor's answer, refusals included."""
        headers: tuple[tuple[str, str], ...] = ()  # who is not let in is told nothing of the limits
        try:
            self._admit(request)
            headers, is_over = self._headers()
            if is_over:
                raise refusal(429, "rate_limit_exceeded", "Exceeded rate limit")
            return json_answer(self._body(request), headers=headers)
        except Refusal as refused:
            return replace(refused.answer, headers=headers)

    def _admit(self, request: Request) -> None:
        if request.bearer not in (INTERCOM_TOKEN, TOKEN_WITHOUT_PERMISSION):
            raise refusal(401, "unauthorized", "Access Token Invalid")
        if request.bearer == TOKEN_WITHOUT_PERMISSION:
            raise refusal(401, "unauthorized", "The app does not have the required permission")
        version = request.headers.get("intercom-version", "1.4")
        if not VERSION.fullmatch(version):
            raise refusal(400, "intercom_version_invalid", "The requested version could not be found")

    def _headers(self) -> tuple[tuple[tuple[str, str], ...], bool]:
        """The headers of the limits, and whether this request is beyond them."""
        window = int(self._now()) // _WINDOW_SECONDS
        count = self._asked[1] + 1 if self._asked[0] == window else 1
        self._asked = (window, count)
        told = (
            ("X-RateLimit-Limit", str(LIMIT)),
            ("X-RateLimit-Remaining", str(max(0, LIMIT - count))),
            ("X-RateLimit-Reset", str((window + 1) * _WINDOW_SECONDS)),
        )
        return told, count > LIMIT

    def _body(self, request: Request) -> dict[str, Any]:
        if request.method == "POST" and request.path in _SEARCHES:
            return self._search(request)
        if request.method == "GET" and request.path == "/admins":
            return {"type": "admin.list", "admins": admin_records()}
        if request.method == "GET" and request.path == "/teams":
            return {"type": "team.list", "teams": team_records()}
        if request.method == "GET" and request.path == "/companies/scroll":
            return self._scroll(request.last("scroll_param"))
        if request.method == "GET" and (match := re.fullmatch(r"/conversations/(\d+)", request.path)):
            return self._conversation(match[1], request.last("display_as"))
        raise refusal(404, "not_found", "Resource Not Found")

    def _search(self, request: Request) -> dict[str, Any]:
        records_at, kind, size = _SEARCHES[request.path]
        try:
            page, pages, total = search_page(self._lists[request.path], json.loads(request.body), size)
        except SearchRefused as refused:
            raise refusal(400, refused.code, str(refused)) from None
        except ValueError:
            raise refusal(400, "parameter_invalid", "The body is no JSON") from None
        if pages["next"] and request.headers.get("intercom-version", "1.4").startswith("1."):
            pages["next"] = f"https://api.intercom.io{request.path}?per_page={size}&starting_after={quote(pages['next']['starting_after'])}"
        return {"type": kind, records_at: page, "pages": pages, "total_count": total}

    def _conversation(self, identity: str, display_as: str) -> dict[str, Any]:
        found = self._conversations.get(identity)
        if found is None:
            raise refusal(404, "not_found", "Resource Not Found")
        parts = self._parts[identity]
        if display_as != "plaintext":
            parts = [{**part, "body": f"<p>{part['body']}</p>" if part["body"] else None} for part in parts]
        listed = {"type": "conversation_part.list", "conversation_parts": parts[-500:], "total_count": len(parts)}
        return {**found, "conversation_parts": listed}

    def _scroll(self, param: str) -> dict[str, Any]:
        if not param:
            if self._now() < self._open_until:
                raise refusal(400, "scroll_exists", "scroll already exists for this workspace")
            self._scrolls += 1
            param = f"{self._scrolls}-0"
        match = re.fullmatch(r"(\d+)-(\d+)", param)
        if match is None or int(match[1]) > self._scrolls:
            raise refusal(404, "not_found", "scroll parameter not found")
        number, start = int(match[1]), int(match[2])
        page = self._companies[start : start + _SCROLL_PAGE]
        self._open_until = self._now() + _SCROLL_SECONDS if page else 0.0
        following = f"{number}-{start + _SCROLL_PAGE}"
        return {"type": "list", "data": page, "pages": None, "total_count": None, "scroll_param": following}
