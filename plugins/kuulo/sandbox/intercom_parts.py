"""The parts of a conversation of Intercom, made from what is known of it: who replied, was put in charge, closed and opened it."""

from datetime import datetime, timedelta
from typing import Any

from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.instants import unix
from kuulo.sandbox.intercom_support import ADMIN_IDS, TEAM_IDS

Record = dict[str, Any]
BOT_ID = 278


def author(kind: str, identity: str, *, is_ai: bool = False) -> Record:
    """Who wrote something; the fictional people have fictional names."""
    name = {"bot": "Fin", "admin": f"Teammate {identity}"}.get(kind, f"Customer {identity[:4]}")
    return {
        "type": kind,
        "id": identity,
        "name": name,
        "email": f"{kind}+{identity}@kajo.example",
        "from_ai_agent": is_ai,
        "is_ai_answer": is_ai,
    }


class Timeline:
    """Gathers the parts of one conversation; `customer` is the kind and id of its customer."""

    def __init__(self, identity: str, customer: tuple[str, str]) -> None:
        self._identity, self._customer = identity, customer
        self.parts: list[Record] = []

    def _add(self, at: datetime, kind: str, by: Record, *, body: str | None = None, assigned: Record | None = None) -> None:
        number = len(self.parts) + 1
        self.parts.append({
            "type": "conversation_part", "id": f"{self._identity}{number:03d}", "part_type": kind, "body": body, "created_at": unix(at),
            "updated_at": unix(at), "notified_at": unix(at), "assigned_to": assigned, "author": by, "attachments": [],
            "external_id": None, "redacted": False, "email_message_metadata": None, "state": "open", "tags": [], "event_details": None,
            "app_package_code": None,
        })  # fmt: skip

    def with_bot(self, session: SupportContact) -> None:
        """The bot and the customer in turn, within the first minute."""
        for turn in range(session.customer_replies or 0):
            at = session.opened_at + timedelta(seconds=3 + 10 * turn)
            self._add(at, "comment", author("bot", str(BOT_ID), is_ai=session.is_resolved is not None), body="Have you tried the switch?")
            self._add(at + timedelta(seconds=5), "comment", author(*self._customer), body="Yes.")
        if session.resolved_at or (session.ended_at and session.is_abandoned):
            self._add(session.ended_at or session.opened_at, "close", author("bot", str(BOT_ID)))

    def greeting(self, at: datetime) -> None:
        """A few words by the bot before a person answers."""
        self._add(at, "comment", author("bot", str(BOT_ID)), body="We usually reply within the hour.")

    def with_person(self, contact: SupportContact) -> None:
        """Put in charge, replied, handed on, closed, opened again by the customer, and closed."""
        opened, bot = contact.opened_at, author("bot", str(BOT_ID))
        if contact.team:
            self._add(opened, "assignment", bot, assigned={"type": "team", "id": str(TEAM_IDS[contact.team])})
        chain = _chain(contact)
        for number, admin in enumerate(chain):
            self._add(
                opened + timedelta(seconds=1 + number),
                "assignment",
                author("admin", admin),
                body="yours?",
                assigned={"type": "admin", "id": admin},
            )
        self._add(opened + timedelta(seconds=9), "note", author("admin", str(ADMIN_IDS[0])), body="an old lamp")
        reopens = contact.reopen_count or 0
        for number in range((contact.customer_replies or 0) - reopens):
            self._add(opened + timedelta(seconds=10 + number), "comment", author(*self._customer), body="It flickers.")
        for number in range(contact.agent_replies or 0):
            at = (contact.first_reply_at or opened) + timedelta(seconds=30 * number)
            self._add(at, "comment", author("admin", contact.agent_id or str(ADMIN_IDS[0])), body="Let me look.")
        if contact.ended_at:
            self._close(contact, reopens)

    def _close(self, contact: SupportContact, reopens: int) -> None:
        ended, by = contact.ended_at or contact.opened_at, author("admin", contact.agent_id or str(ADMIN_IDS[0]))
        for number in range(reopens):
            at = ended - timedelta(seconds=20 * (reopens - number))
            self._add(at, "close", by)
            self._add(at + timedelta(seconds=10), "open", author(*self._customer), body="It flickers again.")
        if contact.is_resolved or not reopens:
            self._add(ended, "close", by)


def _chain(contact: SupportContact) -> list[str]:
    """Who was in charge, one after the other; the last is who is now."""
    if not contact.agent_id:
        return []
    last, changes = contact.agent_id, contact.transfer_count or 0
    other = str(ADMIN_IDS[(ADMIN_IDS.index(int(last)) + 1) % len(ADMIN_IDS)])
    return [last if (changes - number) % 2 == 0 else other for number in range(changes + 1)]
