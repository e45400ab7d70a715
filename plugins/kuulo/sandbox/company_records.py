"""What the fictional company is made of: plain records, as its systems would each know them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class CrmCompany:
    """An organisation in the CRM."""

    company_id: str
    name: str
    domain: str
    industry: str
    country: str | None
    employees: int
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class CrmContact:
    """A contact of the CRM; those merged into it exist as ids only."""

    contact_id: str
    email: str
    created_at: datetime
    updated_at: datetime
    segment: str | None
    country: str | None
    language: str
    owner_id: str | None = None
    additional_emails: tuple[str, ...] = ()
    merged_ids: tuple[str, ...] = ()
    company_id: str | None = None
    archived_at: datetime | None = None


@dataclass(slots=True)
class Person:
    """A human, whom each system knows by another name.

    Attributes:
        customer_ids: numbers in billing; none for leads and visitors, two where somebody signed up twice.
        billing_emails: the e-mail in billing, one a customer number, as it was typed; None where it is blank.
        emails: addresses in use, trimmed and lower-case; the first is the main one, others are known to the CRM.
        group: what kind of customer the person truly is; `known_segment` is what the warehouse can know.
        crm: contacts of the CRM, oldest id first.
        known_as: ids that other systems have for the person, by the source's name, oldest first.
        goodwill: inclination to be content, about 0 to 1.
        left_at: when the last subscription ended for good, if it has.
    """

    number: int
    group: str
    goodwill: float
    country: str
    language: str
    created_at: datetime
    emails: tuple[str, ...]
    customer_ids: tuple[str, ...] = ()
    billing_emails: tuple[str | None, ...] = ()
    crm: list[CrmContact] = field(default_factory=list)
    company: CrmCompany | None = None
    known_as: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_at: datetime | None = None

    @property
    def known_segment(self) -> str:
        """The segment of the live contact with the smallest id that has one, else of an archived one, else unknown."""
        ranked = sorted(self.crm, key=lambda contact: (contact.archived_at is not None, contact.contact_id))
        return next((contact.segment for contact in ranked if contact.segment), "unknown")


@dataclass(slots=True)
class GivenAnswer:
    """An answer to one question of a Survicate survey.

    Attributes:
        metric: what it measures, None where the question is not mapped.
        score: the valid score; None for text, for "cannot say", and for a value that must be refused.
        payload: the answer as the vendor writes it.
        is_refused: whether quarantine must hold it.
    """

    question_id: int
    question_type: str
    metric: str | None
    score: int | None
    payload: Any
    is_refused: bool = False


@dataclass(slots=True)
class SurveyResponse:
    """A visit to a Survicate survey; `person` is None where nothing in it tells who answered."""

    uuid: str
    survey_id: str
    respondent_uuid: str
    collected_at: datetime
    person: Person | None
    attributes: dict[str, str]
    platform: str
    language: str
    answers: list[GivenAnswer]


@dataclass(slots=True)
class FeedbackSubmission:
    """A feedback submission of HubSpot: one answer to one survey; `value` is what the vendor writes."""

    submission_id: str
    survey_id: str
    metric: str
    value: str | None
    score: int | None
    person: Person | None
    contact_id: str | None
    channel: str
    submitted_at: datetime | None
    updated_at: datetime
    comment: str | None = None
    ticket_id: str | None = None
    is_refused: bool = False


@dataclass(slots=True)
class SupportContact:
    """One contact between a person and the company, by call, chat, bot or case.

    Attributes:
        system: where it is kept: phone, chat, ticket (of the CRM), or the source's name.
        customer_id, email: what the system's export says of the customer.
        crm_contact_id: the CRM contact that a ticket is associated with.
        archived_at: when it was deleted in its system; what is deleted counts nowhere.
        is_refused: whether quarantine must hold the row; its opening time is not written.
    """

    contact_id: str
    system: str
    channel: str
    opened_at: datetime
    person: Person | None = None
    customer_id: str | None = None
    email: str | None = None
    crm_contact_id: str | None = None
    case_id: str | None = None
    topic: str | None = None
    direction: str = "inbound"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    first_reply_at: datetime | None = None
    resolved_at: datetime | None = None
    is_resolved: bool | None = None
    is_abandoned: bool = False
    is_bot: bool = False
    wait_seconds: int | None = None
    talk_seconds: int | None = None
    hold_seconds: int | None = None
    wrap_seconds: int | None = None
    agent_replies: int | None = None
    customer_replies: int | None = None
    reopen_count: int | None = None
    transfer_count: int | None = None
    agent_id: str | None = None
    team: str | None = None
    updated_at: datetime | None = None
    archived_at: datetime | None = None
    is_refused: bool = False


@dataclass(slots=True)
class Subscription:
    """A subscription with what it brings in a month, in cents; `biller` is the system that keeps it, billing or stripe."""

    subscription_id: str
    person: Person
    customer_id: str
    plan: str
    mrr_cents: int
    started_at: datetime
    ended_at: datetime | None = None
    cancel_kind: str | None = None
    cancel_reason: str | None = None
    biller: str = "billing"
