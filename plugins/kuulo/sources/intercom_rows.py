"""Intercom's records as rows: names, phone numbers and what else nobody asks for stay in the landed page."""

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]

CONVERSATION_RATING, AI_AGENT_RATING = "conversation_rating", "ai_agent_rating"

_UNASKED_OF_CONTACTS = {"type", "workspace_id", "name", "phone", "avatar", "social_profiles", "tags", "notes", "companies", "location"}
_UNASKED_OF_CONVERSATIONS = {
    "type",
    "read",
    "contacts",
    "teammates",
    "tags",
    "topics",
    "source",
    "linked_objects",
    "ticket",
    "conversation_rating",
}
_UNASKED_OF_PARTS = {
    "type",
    "attachments",
    "email_message_metadata",
    "notified_at",
    "tags",
    "author",
    "external_id",
    "metadata",
    "event_details",
}
_UNASKED_OF_ADMINS = {"type", "name", "avatar", "team_priority_level"}
_UNASKED_OF_TICKETS = {"type", "id", "contacts", "ticket_type", "ticket_parts", "linked_objects", "ticket_state"}
_CUSTOMERS = ("user", "lead", "contact")
_SPOKEN = ("comment", "quick_reply")


def _without(record: Record, unasked: set[str]) -> Record:
    return {name: value for name, value in record.items() if name not in unasked}


def _listed(holder: Any, key: str) -> list[Any]:
    """The list that an object holds under a key; empty where either is missing."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def _joined(names: list[Any]) -> str | None:
    return "; ".join(str(name) for name in names if name not in (None, "")) or None


def contact_rows(contact: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The contact with its country, language and first company (the list of companies is cut short)."""
    companies = _listed(contact.get("companies"), "data")
    yield {
        **_without(contact, _UNASKED_OF_CONTACTS),
        "country": (contact.get("location") or {}).get("country"),
        "language": contact.get("language_override") or contact.get("browser_language"),
        "company_id": companies[0].get("id") if companies else None,
    }


def company_rows(company: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The company, with the number of the scroll that it was read in."""
    yield {**_without(company, {"type", "app_id", "tags", "segments"}), "scroll": parent["scroll"]}


def _customer_of(record: Record) -> Record:
    """Whom a conversation or ticket is with: its author where that is one of its contacts, else the first of them.

    The author's id may be of a contact that has been merged into another since; the contacts are those of today.
    """
    contacts = _listed(record.get("contacts"), "contacts")
    author = (record.get("source") or {}).get("author") or {}
    same = [contact for contact in contacts if contact.get("id") == author.get("id")]
    found = (same or contacts or [{}])[0]
    return {"contact_id": found.get("id"), "contact_external_id": found.get("external_id"), "contact_count": len(contacts)}


def _linked(record: Record, kind: str) -> str | None:
    return _joined([one.get("id") for one in _listed(record.get("linked_objects"), "data") if one.get("type") == kind])


def conversation_rows(conversation: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The conversation with its customer, its tags and topics by name, and who began it; what was written is in its parts."""
    source = conversation.get("source") or {}
    author = source.get("author") or {}
    is_customers = author.get("type") in _CUSTOMERS
    yield {
        **_without(conversation, _UNASKED_OF_CONVERSATIONS),
        **_customer_of(conversation),
        "source_type": source.get("type"),
        "delivered_as": source.get("delivered_as"),
        "author_type": author.get("type"),
        "author_id": author.get("id") if is_customers else None,
        "author_email": author.get("email") if is_customers else None,
        "tag_names": _joined([tag.get("name") for tag in _listed(conversation.get("tags"), "tags")]),
        "topic_names": _joined([topic.get("name") for topic in _listed(conversation.get("topics"), "topics")]),
        "linked_ticket_ids": _linked(conversation, "ticket"),
    }


def rating_rows(conversation: Record, parent: dict[str, str]) -> Iterator[Record]:
    """A row a rating that was asked for, answered or not, and a row for the AI agent's own rating where it was given."""
    identity = conversation.get("id")
    shared = {"conversation_id": identity, "updated_at": conversation.get("updated_at"), "question_id": "value"}
    shared |= {**_customer_of(conversation), "source_type": (conversation.get("source") or {}).get("type")}
    rating, agent = conversation.get("conversation_rating"), conversation.get("ai_agent")
    if isinstance(rating, dict):
        yield {
            **shared,
            "rating_id": identity,
            "survey_id": CONVERSATION_RATING,
            "score": rating.get("rating"),
            "comment": rating.get("remark"),
            "requested_at": rating.get("created_at"),
            "answered_at": rating.get("updated_at") if rating.get("rating") is not None else None,
            "admin_id": (rating.get("teammate") or {}).get("id"),
        }
    if isinstance(agent, dict) and agent.get("rating") is not None:
        yield {
            **shared,
            "rating_id": f"{identity}:ai_agent",
            "survey_id": AI_AGENT_RATING,
            "score": agent.get("rating"),
            "comment": agent.get("rating_remark"),
            "answered_at": agent.get("updated_at") or agent.get("created_at"),
        }


def part_rows(part: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The part with its conversation and its author's kind and id."""
    author = part.get("author") or {}
    yield {
        **_without(part, _UNASKED_OF_PARTS),
        **parent,
        "author_type": author.get("type"),
        "author_id": author.get("id"),
        "is_from_ai_agent": author.get("from_ai_agent"),
    }


def admin_rows(admin: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The admin without the name."""
    yield _without(admin, _UNASKED_OF_ADMINS)


def _assigned(identity: Any) -> Any:
    """Nobody is written as 0 in tickets, as null in conversations."""
    return None if str(identity) in ("0", "") else identity


def ticket_rows(ticket: Record, parent: dict[str, str]) -> Iterator[Record]:
    """The ticket with what its parts say: replies, when it was resolved last, how often it was opened again."""
    state = ticket.get("ticket_state")
    parts = sorted(_listed(ticket.get("ticket_parts"), "ticket_parts"), key=lambda part: part.get("created_at") or 0)
    spoken = [(part, (part.get("author") or {}).get("type")) for part in parts if part.get("part_type") in _SPOKEN]
    replies = [part.get("created_at") for part, author in spoken if author == "admin"]
    moves = [part for part in parts if part.get("ticket_state") != part.get("previous_ticket_state")]
    resolved = [part.get("created_at") for part in moves if part.get("ticket_state") == "resolved"]
    yield {
        **_without(ticket, _UNASKED_OF_TICKETS),
        **_customer_of(ticket),
        "ticket_number": ticket.get("ticket_id"),
        "ticket_id": ticket.get("id"),
        "ticket_type": (ticket.get("ticket_type") or {}).get("name"),
        "state": state.get("category") if isinstance(state, dict) else state,
        "admin_assignee_id": _assigned(ticket.get("admin_assignee_id")),
        "team_assignee_id": _assigned(ticket.get("team_assignee_id")),
        "first_admin_reply_at": replies[0] if replies else None,
        "resolved_at": resolved[-1] if resolved else None,
        "reopen_count": sum(part.get("previous_ticket_state") == "resolved" for part in moves),
        "agent_replies": len(replies),
        "customer_replies": sum(author in _CUSTOMERS for _, author in spoken),
        "linked_conversation_ids": _linked(ticket, "conversation"),
    }
