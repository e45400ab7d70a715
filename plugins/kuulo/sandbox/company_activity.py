"""More records of the company: invites to surveys, use of the product, deals, and who works there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kuulo.sandbox.company_records import Person

_USAGE_MOVED_AT = datetime(2025, 12, 1, tzinfo=UTC)


@dataclass(slots=True)
class SurveyInvite:
    """An invitation to a survey; `email` and `customer_id` as the sender's export has them."""

    invite_id: str
    survey_id: str
    person: Person
    customer_id: str | None
    email: str | None
    channel: str
    sent_at: datetime
    delivered: bool
    opened_at: datetime | None = None
    responded_at: datetime | None = None
    response_id: str | None = None
    is_refused: bool = False


@dataclass(slots=True)
class VendorAnswer:
    """A rating or a survey answer that a vendor's own system took.

    Attributes:
        stream: where the row that tells of it comes in, `source/stream`.
        survey_id, question_id: as the map of the source calls them, and the seed survey_questions with them.
        channel: as fct_survey_answers has it.
        score: the valid score on the scale; None where it was left out or must be refused; `value` is what the vendor writes.
        contact_id: the support contact it is about, if any.
    """

    source: str
    stream: str
    survey_id: str
    question_id: str
    response_id: str
    metric: str
    scale: str
    score: int | None
    person: Person | None
    at: datetime
    channel: str
    value: Any = None
    comment: str | None = None
    language: str | None = None
    contact_id: str | None = None
    is_refused: bool = False


@dataclass(slots=True)
class UsageEvent:
    """Something done with the product."""

    event_id: str
    customer_id: str
    event_name: str
    occurred_at: datetime
    session_id: str
    duration_seconds: int | None
    quantity: int
    is_refused: bool = False

    @property
    def is_in_database(self) -> bool:
        """Whether the app wrote it into its database, as it has since then; the older ones are in an export."""
        return self.occurred_at >= _USAGE_MOVED_AT


@dataclass(slots=True)
class Deal:
    """A deal of the CRM."""

    deal_id: str
    name: str
    company_id: str
    amount_cents: int
    stage_id: str
    is_won: bool
    owner_id: str
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owner:
    """A person of the company who owns contacts and cases."""

    owner_id: str
    name: str
    team: str
    is_archived: bool = False
