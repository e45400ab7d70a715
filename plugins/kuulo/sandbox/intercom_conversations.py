"""Conversations and tickets of Intercom as the vendor writes them, made of the contacts that took place."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_activity import SurveyInvite, VendorAnswer
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.instants import unix
from kuulo.sandbox.intercom_parts import Timeline, author
from kuulo.sandbox.intercom_ratings import AI_AGENT_RATING, CONVERSATION_RATING
from kuulo.sandbox.intercom_support import ADMIN_IDS, SYSTEM, TEAM_IDS, TICKET

Record = dict[str, Any]

_SOURCE_TYPES = {"chat": "conversation", "phone": "phone_call"}


class Conversations:
    """Writes conversations and tickets; `parts` are told of a single conversation only."""

    def __init__(self, company: Company) -> None:
        answers = [answer for answer in company.vendor_answers if answer.source == SYSTEM]
        self._ratings = {a.response_id: a for a in answers if a.survey_id == CONVERSATION_RATING}
        self._agent_ratings = {a.contact_id: a for a in answers if a.survey_id == AI_AGENT_RATING}
        self._invites = {invite.invite_id: invite for invite in company.vendor_invites if invite.survey_id == CONVERSATION_RATING}

    def record(self, talks: list[SupportContact], contact: Record) -> tuple[Record, list[Record]]:
        """One conversation of a bot's session, a person's contact or both; and its parts."""
        bot, human = next((t for t in talks if t.is_bot), None), next((t for t in talks if not t.is_bot), None)
        first, identity = talks[0], str(talks[0].case_id)
        kind = contact["role"]
        timeline = Timeline(identity, (kind, contact["id"]))
        if bot:
            timeline.with_bot(bot)
        elif human and human.customer_replies:
            timeline.greeting(human.opened_at)
        if human:
            timeline.with_person(human)
        is_closed = human.is_resolved if human else True
        record = {
            "type": "conversation", "id": identity, "title": None, "created_at": None if first.is_refused else unix(first.opened_at),
            "updated_at": unix(first.updated_at), "waiting_since": None, "snoozed_until": None, "open": not is_closed,
            "state": "closed" if is_closed else "open", "read": True, "priority": "not_priority",
            "admin_assignee_id": int(human.agent_id) if human and human.agent_id else None,
            "team_assignee_id": TEAM_IDS[human.team] if human and human.team else None,
            "source": _source(first, contact), "contacts": _contacts(contact), "first_contact_reply": None, "sla_applied": None,
            "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": first.topic.title()}] if first.topic else []},
            "statistics": _statistics(bot, human, len(timeline.parts)), "teammates": None, "custom_attributes": {}, "topics": {},
            "conversation_rating": self._rating(identity, contact), "ticket": None,
            "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False}, **self._ai_agent(bot, human),
        }  # fmt: skip
        return record, sorted(timeline.parts, key=lambda part: part["created_at"])

    def _rating(self, identity: str, contact: Record) -> Record | None:
        invite: SurveyInvite | None = self._invites.get(identity)
        if invite is None:
            return None
        answer: VendorAnswer | None = self._ratings.get(identity)
        return {
            "rating": answer.value if answer else None, "remark": answer.comment if answer else None,
            "created_at": unix(invite.sent_at), "updated_at": unix(answer.at if answer else invite.sent_at),
            "contact": {"type": "contact", "id": contact["id"]}, "teammate": {"type": "admin", "id": ADMIN_IDS[0]},
        }  # fmt: skip

    def _ai_agent(self, bot: SupportContact | None, human: SupportContact | None) -> Record:
        if bot is None or bot.is_resolved is None:
            return {"ai_agent_participated": False, "ai_agent": None}
        state = "routed_to_team" if human else "abandoned" if bot.is_abandoned else "assumed_resolution"
        answer = self._agent_ratings.get(bot.contact_id)
        given = {"rating": answer.value, "rating_remark": answer.comment} if answer else {"rating": None, "rating_remark": None}
        at = unix(answer.at) if answer else None
        return {"ai_agent_participated": True, "ai_agent": {"resolution_state": state, **given, "created_at": at, "updated_at": at}}


def _contacts(contact: Record) -> Record:
    return {"type": "contact.list", "contacts": [{"type": "contact", "id": contact["id"], "external_id": contact["external_id"]}]}


def _source(first: SupportContact, contact: Record) -> Record:
    """Who began it; where the customer was another contact then, that contact's id stays in it."""
    is_outbound = first.direction == "outbound"
    known = first.person.known_as[SYSTEM] if first.person else (contact["id"],)
    begun_by = known[0] if int(str(first.case_id)) % 2 else known[-1]
    by = author("admin", str(ADMIN_IDS[0])) if is_outbound else {**author(contact["role"], begun_by), "email": contact["email"]}
    return {
        "type": _SOURCE_TYPES.get(first.channel, first.channel), "id": f"9{first.case_id}", "subject": "", "body": "<p>It is dark.</p>",
        "delivered_as": "admin_initiated" if is_outbound else "operator_initiated" if first.is_bot else "customer_initiated",
        "author": by, "attachments": [], "url": None, "redacted": False,
    }  # fmt: skip


def _statistics(bot: SupportContact | None, human: SupportContact | None, parts: int) -> Record:
    """Each is null until it happens; times until a reply leave out the nights, so they are shorter than the instants say."""
    closed = None
    if human and human.ended_at:
        closed = unix(human.ended_at) - (0 if human.is_resolved else 20)
    elif bot and not human:
        closed = unix(bot.ended_at)
    reply = human.first_reply_at if human else None
    return {
        "type": "conversation_statistics", "first_admin_reply_at": unix(reply),
        "time_to_admin_reply": (unix(reply) - unix(human.opened_at)) // 3 if human and reply else None,
        "first_assignment_at": unix(human.opened_at) if human and human.team else None, "first_close_at": closed,
        "last_close_at": closed, "count_reopens": (human.reopen_count or None) if human else None,
        "count_assignments": 1, "count_conversation_parts": parts,
        "handling_time": human.talk_seconds * 40 if human and human.talk_seconds else None,
        "adjusted_handling_time": human.talk_seconds if human else None,
    }  # fmt: skip


def ticket_record(ticket: SupportContact, contact: Record) -> Record:
    """A customer's ticket, its parts in it."""
    identity = ticket.contact_id.removeprefix(TICKET)
    parts = [
        {"type": "ticket_part", "id": f"{identity}{number:03d}", "part_type": kind, "created_at": unix(at), "updated_at": unix(at),
         "author": author(by, "1"), "attachments": [], "redacted": False, **more}
        for number, (at, kind, by, more) in enumerate(_ticket_events(ticket))
    ]  # fmt: skip
    state = "resolved" if ticket.is_resolved else "in_progress" if ticket.agent_id else "submitted"
    return {
        "type": "ticket", "id": identity, "ticket_id": identity[-4:], "category": "Customer", "is_shared": True,
        "ticket_attributes": {"_default_title_": "A lamp"},
        "ticket_state": {"type": "ticket_state", "id": "8577", "category": state}, "contacts": _contacts(contact),
        "ticket_type": {"type": "ticket_type", "id": "100", "name": ticket.topic.title() if ticket.topic else None},
        "admin_assignee_id": ticket.agent_id or "0", "team_assignee_id": str(TEAM_IDS[ticket.team]) if ticket.team else "0",
        "created_at": unix(ticket.opened_at), "updated_at": unix(ticket.updated_at), "open": not ticket.is_resolved,
        "snoozed_until": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ticket_parts": {"type": "ticket_part.list", "ticket_parts": parts, "total_count": len(parts)},
    }  # fmt: skip


def _ticket_events(ticket: SupportContact) -> Iterable[tuple[datetime, str, str, Record]]:
    for _ in range(ticket.customer_replies or 0):
        yield ticket.opened_at, "comment", "user", {"body": "It flickers."}
    for _ in range(ticket.agent_replies or 0):
        yield ticket.first_reply_at or ticket.opened_at, "comment", "admin", {"body": "Let me look."}
    moves = ["resolved", *["in_progress", "resolved"] * (ticket.reopen_count or 0)] if ticket.ended_at else []
    before = "submitted"
    for state in moves if ticket.is_resolved else moves[:-1]:
        at = ticket.ended_at or ticket.opened_at
        yield at, "ticket_state_updated_by_admin", "admin", {"ticket_state": state, "previous_ticket_state": before}
        before = state


def internal_tickets(tickets: list[Record], conversations: list[Record]) -> list[Record]:
    """What is no contact: back-office work, and tickets that were made of a conversation (linked to it, or with its id)."""
    made: list[Record] = []
    readable = [conversation for conversation in conversations if conversation["created_at"]]  # else the ticket is all there is of it
    for number, (ticket, conversation) in enumerate(zip(tickets, readable, strict=False)):
        copy = {**ticket, "id": f"7{ticket['id']}", "contacts": conversation["contacts"]}
        linked = {"type": "list", "data": [{"type": "conversation", "id": conversation["id"], "category": None}]}
        made.append(
            ({**copy, "category": "Back-office"}, {**copy, "linked_objects": linked}, {**copy, "id": conversation["id"]})[number % 3]
        )
    return made
