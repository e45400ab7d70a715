"""The company's records as Zendesk shows them: users, organizations, groups, tickets with their metrics."""

from datetime import datetime, timedelta
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.instants import unix, zulu
from kuulo.sandbox.zendesk_support import AGENTS

Record = dict[str, Any]

TOPIC_FIELD, TOPIC_TAG = "36000000017", "topic_"
GROUP_IDS = {"Care North": 364_000_000_001, "Care South": 364_000_000_002, "Business Desk": 364_000_000_003}
_CHANNELS = {"email": "email", "web": "web", "chat": "native_messaging", "phone": "voice", "bot": "answer_bot_for_web_widget"}
_ORGANIZATION_IDS, _EVENT_IDS = 363_000_000_000, 926_000_000_000
_GENERATED_BY = AS_OF - timedelta(seconds=90)


def _user(identity: str, created: datetime, updated: datetime, **known: Any) -> Record:
    user = {"id": int(identity), "role": "end-user", "email": None, "external_id": None, "name": f"User {identity}", "phone": None}
    rest: Record = {"active": True, "suspended": False, "organization_id": None, "locale": "en-US", "tags": [], "notes": None}
    return {**user, **rest, "created_at": zulu(created), "updated_at": zulu(updated), **known}


def _known(person: Person) -> Record:
    """Some are known by their customer number, some by an e-mail only, some by both."""
    by_number = not person.emails or person.number % 2 == 1
    known: Record = {"external_id": person.customer_ids[0]} if by_number else {}
    if person.emails and (not by_number or person.number % 5 == 0):
        known["email"] = person.emails[0].title() if person.number % 4 == 0 else person.emails[0]
    if person.company:
        known["organization_id"] = _ORGANIZATION_IDS + int(person.company.company_id)
    return {**known, "locale": {"FI": "fi", "SE": "sv", "DE": "de"}.get(person.country, "en-US")}


def users_of(company: Company, tickets: list[SupportContact]) -> list[Record]:
    """End-users, those who were merged away (emptied), visitors without a name, and agents."""
    found = [_user(agent, HISTORY_START, HISTORY_START, role="agent", email=f"agent{agent[-1]}@kajo.example") for agent in AGENTS]
    for person in company.people:
        *merged, living = person.known_as.get("zendesk", ("",))
        since = min(max(person.created_at, HISTORY_START), AS_OF - timedelta(days=1))
        if living:
            found.append(_user(living, since, since + timedelta(hours=6), **_known(person)))
        found += [_user(identity, since, since + timedelta(hours=6), active=False) for identity in merged]
    found += [_user(str(t.customer_id), t.opened_at, t.opened_at, name="Visitor 1") for t in tickets if t.person is None]
    return found


def identities_of(company: Company) -> list[Record]:
    """The addresses that users are known by; of two who were merged into one, the one has both."""
    found: list[Record] = []
    for person in company.people:
        if "zendesk" not in person.known_as:
            continue
        *merged, living = person.known_as["zendesk"]
        emails = person.emails if merged else person.emails[:1] if _known(person).get("email") else ()
        since = zulu(min(max(person.created_at, HISTORY_START), AS_OF - timedelta(days=1)))
        for place, email in enumerate(emails):
            identity = {"id": 10 * int(living) + place, "user_id": int(living), "type": "email", "value": email, "primary": place == 0}
            found.append({**identity, "verified": True, "created_at": since, "updated_at": since})
    return found


def organizations_of(company: Company) -> list[Record]:
    """The organizations that the CRM has too."""
    return [
        {
            "id": _ORGANIZATION_IDS + int(known.company_id),
            "name": known.name,
            "external_id": None,
            "domain_names": [known.domain],
            "created_at": zulu(known.created_at),
            "updated_at": zulu(min(max(known.updated_at, HISTORY_START), _GENERATED_BY)),
            "deleted_at": None,
        }
        for known in company.companies
    ]


def groups() -> list[Record]:
    """The teams, and one that is no more."""
    since = zulu(HISTORY_START)
    names = {**GROUP_IDS, "Night Desk": 364_000_000_009}
    return [
        {"id": number, "name": name, "deleted": name not in GROUP_IDS, "created_at": since, "updated_at": since}
        for name, number in names.items()
    ]


def _minutes(start: datetime, end: datetime | None) -> Record:
    whole = None if end is None else (end - start) // timedelta(minutes=1)
    return {"calendar": whole, "business": whole}


def _stations(ticket: SupportContact) -> Record:
    """How many agents, or groups, the ticket was with; one that nobody had was with none."""
    with_whom = 0 if ticket.agent_id is None else (ticket.transfer_count or 0) + 1
    is_by_group = int(ticket.contact_id) % 2 == 0
    return {
        "assignee_stations": min(with_whom, 1) if is_by_group else with_whom,
        "group_stations": with_whom if is_by_group else min(with_whom, 1),
    }


def _metric_set(ticket: SupportContact) -> Record:
    replied = ticket.first_reply_at
    in_seconds = (replied - ticket.opened_at) // timedelta(seconds=1) if replied and ticket.channel == "chat" else None
    return {
        "id": 10 * int(ticket.contact_id),
        "ticket_id": int(ticket.contact_id),
        "reopens": ticket.reopen_count,
        "replies": ticket.agent_replies,
        **_stations(ticket),
        "initially_assigned_at": zulu(ticket.opened_at if ticket.agent_id else None),
        "assigned_at": zulu(ticket.opened_at if ticket.agent_id else None),
        "solved_at": zulu(ticket.resolved_at),
        "reply_time_in_minutes": _minutes(ticket.opened_at, replied),
        "reply_time_in_seconds": {"calendar": in_seconds},
        "first_resolution_time_in_minutes": _minutes(ticket.opened_at, ticket.resolved_at),
        "full_resolution_time_in_minutes": _minutes(ticket.opened_at, ticket.resolved_at),
        "agent_wait_time_in_minutes": {"calendar": 0, "business": 0},
        "requester_wait_time_in_minutes": _minutes(ticket.opened_at, replied),
        "on_hold_time_in_minutes": {"calendar": 0, "business": 0},
    }


def generated_at(ticket: SupportContact) -> int:
    """When anything changed; of some tickets the system itself changed something later, which updated_at does not tell."""
    assert ticket.updated_at is not None
    later = timedelta(hours=9) if int(ticket.contact_id) % 7 == 0 else timedelta()
    return unix(min(ticket.updated_at + later, _GENERATED_BY))


def _status(ticket: SupportContact) -> str:
    if ticket.archived_at:
        return "deleted"
    if ticket.resolved_at:
        return "closed" if ticket.resolved_at < AS_OF - timedelta(days=28) else "solved"
    return "open" if ticket.first_reply_at else "new"


def _via(ticket: SupportContact) -> Record:
    relation = ticket.direction if ticket.channel == "phone" else None
    return {"channel": _CHANNELS[ticket.channel], "source": {"from": {}, "to": {}, "rel": relation}}


def _topic(ticket: SupportContact) -> Record:
    """Written into a custom field or, of some, as a tag."""
    is_tag = ticket.topic and int(ticket.contact_id) % 3 == 0
    fields = [{"id": 36000000001, "value": None}, {"id": int(TOPIC_FIELD), "value": None if is_tag else ticket.topic}]
    tags = ["kajo", f"{TOPIC_TAG}{ticket.topic}"] if is_tag else ["kajo"]
    return {"custom_fields": fields, "fields": fields, "tags": tags, "type": "question" if ticket.topic else None}


def ticket_record(ticket: SupportContact, *, with_metrics: bool) -> Record:
    """The ticket; of a deleted one no metrics are told."""
    record: Record = {
        "id": int(ticket.contact_id),
        "url": f"https://kajo.example/api/v2/tickets/{ticket.contact_id}.json",
        "external_id": None,
        "subject": "About my lamps",
        "raw_subject": "About my lamps",
        "description": "Dear Kajo, please see to it.",
        "status": _status(ticket),
        "priority": "normal",
        "via": _via(ticket),
        **_topic(ticket),
        "requester_id": int(str(ticket.customer_id)),
        "assignee_id": int(ticket.agent_id) if ticket.agent_id else None,
        "organization_id": None,
        "group_id": GROUP_IDS[ticket.team] if ticket.team else None,
        "brand_id": 365_000_000_001,
        "created_at": None if ticket.is_refused else zulu(ticket.opened_at),
        "updated_at": zulu(ticket.updated_at),
        "generated_timestamp": generated_at(ticket),
    }
    return {**record, "metric_set": _metric_set(ticket)} if with_metrics and not ticket.archived_at else record


def metric_events_of(tickets: list[SupportContact]) -> list[Record]:
    """The beginning and the end of the wait for a reply, of every third ticket that got one."""
    found: list[Record] = []
    for ticket in tickets:
        if ticket.first_reply_at is None or int(ticket.contact_id) % 3:
            continue
        for kind, at in (("activate", ticket.opened_at), ("fulfill", ticket.first_reply_at)):
            identity = _EVENT_IDS + 2 * int(ticket.contact_id) + (kind == "fulfill")
            event = {"id": identity, "ticket_id": int(ticket.contact_id), "metric": "reply_time", "instance_id": 1, "type": kind}
            found.append({**event, "time": zulu(at)})
    return found
