"""Contacts, companies, admins and teams of Intercom, as the vendor writes them."""

from random import Random
from typing import Any

from kuulo.sandbox.company_records import CrmCompany, Person, SupportContact
from kuulo.sandbox.instants import unix
from kuulo.sandbox.intercom_support import ADMIN_IDS, TEAM_IDS, object_id
from kuulo.sandbox.people import as_typed

Record = dict[str, Any]

_WORKSPACE = "kajo1234"


def is_user(person: Person) -> bool:
    """Whether the company has told Intercom its own number of the person; of others it knows an address only."""
    return not person.emails or person.number % 5 != 0


def contact_record(contact_id: str, person: Person | None, talks: list[SupportContact]) -> Record:
    """The contact as it is today; a visitor has neither number nor address."""
    rng = Random(f"intercom {contact_id}")
    has_number = person is not None and is_user(person)
    email = as_typed(rng, person.emails[0]) if person and person.emails and (not has_number or rng.random() < 0.8) else None
    last = max(talk.updated_at for talk in talks if talk.updated_at)
    return {
        "type": "contact", "id": contact_id, "workspace_id": _WORKSPACE, "external_id": _external_id(person, contact_id),
        "role": "user" if has_number else "lead", "email": email, "phone": None, "name": f"Customer {contact_id[:4]}", "avatar": None,
        "owner_id": rng.choice(ADMIN_IDS) if rng.random() < 0.2 else None, "has_hard_bounced": False, "marked_email_as_spam": False,
        "unsubscribed_from_emails": rng.random() < 0.1, "created_at": unix(min(talk.opened_at for talk in talks)),
        "updated_at": unix(last), "signed_up_at": unix(person.created_at) if has_number and person else None,
        "last_seen_at": unix(last), "last_replied_at": unix(last), "language_override": None,
        "browser_language": person.language if person else "en", "location": {"type": "location", "country": "Finland", "city": "Oulu"},
        "custom_attributes": {}, "tags": {"type": "list", "data": []}, "companies": {"type": "list", "data": []},
    }  # fmt: skip


def _external_id(person: Person | None, contact_id: str) -> str | None:
    """The customer number of a user; of a lead an id that Intercom makes up, or none."""
    if person and is_user(person):
        return person.customer_ids[0]
    return f"{contact_id[:8]}-lead" if int(contact_id[:2], 16) % 2 else None


def company_record(company: CrmCompany) -> Record:
    """An organisation."""
    return {
        "type": "company", "id": object_id(f"company {company.company_id}"), "company_id": company.company_id, "app_id": _WORKSPACE,
        "name": company.name, "plan": {}, "industry": company.industry, "website": company.domain, "size": company.employees,
        "monthly_spend": 0, "user_count": 1, "session_count": 3, "remote_created_at": unix(company.created_at),
        "created_at": unix(company.created_at), "updated_at": unix(company.updated_at), "custom_attributes": {},
        "tags": {"type": "tag.list", "tags": []}, "segments": {"type": "segment.list", "segments": []},
    }  # fmt: skip


def admin_records() -> list[Record]:
    """The teammates."""
    return [
        {"type": "admin", "id": str(identity), "name": f"Teammate {identity}", "email": f"admin+{identity}@kajo.example",
         "job_title": "Care",
         "away_mode_enabled": False, "away_mode_reassign": False, "has_inbox_seat": True, "team_ids": list(TEAM_IDS.values())[:1]}
        for identity in ADMIN_IDS
    ]  # fmt: skip


def team_records() -> list[Record]:
    """The teams."""
    return [{"type": "team", "id": str(identity), "name": name, "admin_ids": list(ADMIN_IDS)} for name, identity in TEAM_IDS.items()]
