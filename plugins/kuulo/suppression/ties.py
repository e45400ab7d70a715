"""Which columns tie a row to a person, or to a record of one: data, a line a stream.

A tie is a column and the kind of id in it. Kinds of people are those of the identity graph: `company` (the company's own customer
number), `email`, and a source's name (the vendor's own id). Kinds of records are `<source>.<what>`. A star marks the id that names
the row itself: when the row goes, whatever names that id goes with it. Ids of staff are no ties.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_CANONICAL = {
    "survey_answers": {"customer_id": "company", "email": "email", "contact_id": "{}.contact"},
    "survey_invites": {"invite_id": "*{}.invite", "customer_id": "company", "email": "email"},
    "customers": {"customer_id": "company", "email": "email"},
    "contacts": {"contact_id": "*{}.contact", "customer_id": "company", "email": "email"},
    "usage_events": {"event_id": "*{}.event", "customer_id": "company", "email": "email"},
    "orders": {"order_id": "*{}.order", "customer_id": "company", "email": "email"},
    "subscriptions": {"subscription_id": "*{}.subscription", "customer_id": "company"},
    "reviews": {"review_id": "*{}.review", "email": "email"},
}
_RECORD = "*dynamics365"  # Dataverse's ids are unique over all tables
TIES: dict[str, dict[str, dict[str, str]]] = {
    "survicate": {
        "responses": {"response_uuid": "*survicate.response", "email": "email", "user_id": "company"},
        "respondent_attributes": {"response_uuid": "survicate.response"},
    },
    "hubspot": {
        "contacts": {"contact_id": "*hubspot", "email": "email", "additional_emails": "email", "merged_object_ids": "hubspot"},
        "tickets": {"ticket_id": "*hubspot.ticket"},
        "feedback_submissions": {"submission_id": "*hubspot.feedback", "contact_id": "hubspot", "ticket_id": "hubspot.ticket"},
        "associations": {"from_id": "*hubspot.<from_type>", "to_id": "*hubspot.<to_type>"},
    },
    "dynamics365": {
        "incidents": {
            "incident_id": _RECORD, "customer_id": "dynamics365", "primary_contact_id": "dynamics365", "email": "email",
        },
        "case_ratings": {"incident_id": "dynamics365"},
        "incident_resolutions": {"resolution_id": _RECORD, "incident_id": "dynamics365"},
        "contacts": {
            "contact_id": _RECORD, "email1": "email", "email2": "email", "email3": "email", "external_id": "company",
            "master_id": "dynamics365",
        },
        "accounts": {"account_id": _RECORD, "account_number": "company", "email1": "email", "master_id": "dynamics365"},
        "phonecalls": {"phonecall_id": _RECORD, "regarding_id": "dynamics365"},
        "emails": {"email_id": _RECORD, "sender": "email", "regarding_id": "dynamics365"},
        "conversations": {
            "conversation_id": _RECORD, "customer_id": "dynamics365", "incident_id": "dynamics365", "regarding_id": "dynamics365",
        },
        "survey_responses": {"response_id": _RECORD, "email": "email", "regarding_id": "dynamics365", "invite_id": "dynamics365"},
        "response_metrics": {"response_id": "dynamics365"},
        "question_responses": {"question_response_id": _RECORD, "survey_response_id": "dynamics365"},
        "survey_invites": {"invite_id": _RECORD, "email": "email", "regarding_id": "dynamics365"},
    },
    "intercom": {
        "contacts": {"contact_id": "*intercom", "external_id": "company", "email": "email"},
        "conversations": {
            "conversation_id": "*intercom.conversation", "contact_id": "intercom", "contact_external_id": "company",
            "author_id": "intercom", "author_email": "email",
        },
        "conversation_ratings": {
            "conversation_id": "intercom.conversation", "contact_id": "intercom", "contact_external_id": "company",
        },
        "conversation_parts": {"conversation_id": "intercom.conversation", "author_id": "intercom"},
        "tickets": {"ticket_id": "*intercom.ticket", "contact_id": "intercom", "contact_external_id": "company"},
    },
    "zendesk": {
        "tickets": {"ticket_id": "*zendesk.ticket", "requester_id": "zendesk"},
        "users": {"user_id": "*zendesk", "email": "email", "external_id": "company"},
        "user_identities": {"identity_id": "*zendesk.identity", "user_id": "zendesk", "email": "email"},
        "ticket_metric_events": {"ticket_id": "zendesk.ticket"},
        "satisfaction_ratings": {"rating_id": "*zendesk.rating", "ticket_id": "zendesk.ticket", "requester_id": "zendesk"},
        "csat_survey_responses": {"response_id": "*zendesk.response", "ticket_id": "zendesk.ticket", "responder_id": "zendesk"},
    },
    "stripe": {
        "customers": {"customer_id": "*stripe", "email": "email", "metadata": "company@customer_id"},
        "subscriptions": {"subscription_id": "*stripe.subscription", "customer_id": "stripe", "metadata": "company@customer_id"},
        "invoices": {"invoice_id": "*stripe.invoice", "customer_id": "stripe", "subscription_id": "stripe.subscription"},
        "events": {"customer_id": "stripe", "subscription_id": "stripe.subscription"},
    },
    "surveymonkey": {
        "responses": {"response_id": "*surveymonkey.response", "email": "email", "custom_variables": "company@customer_id"},
    },
    "typeform": {"responses": {"response_id": "*typeform.response", "email": "email", "hidden": "company@customer_id"}},
    **{
        source: {stream: {column: kind.format(source) for column, kind in ties.items()} for stream, ties in _CANONICAL.items()}
        for source in ("files", "database")
    },
}  # fmt: skip
# HubSpot's associations say what each end is; whoever is at one end does not name the other, but for a ticket.
_ENDS = {"contact": "hubspot", "contacts": "hubspot", "ticket": "hubspot.ticket", "tickets": "hubspot.ticket"}
_LEARNED_OF_ENDS = "hubspot.ticket"


@dataclass(frozen=True)
class Tie:
    """One tie of a stream.

    Attributes:
        names_row: whether the id in it is the row's own.
        type_column: the column that says the kind, where the kind is another in each row.
        member: the member of a JSON column that holds the id.
    """

    column: str
    kind: str
    names_row: bool = False
    type_column: str = ""
    member: str = ""

    def nodes(self, value: Any, kind_word: Any = None) -> Iterator[str]:
        """The ids in one value, as `kind:id`."""
        kind = _ENDS.get(str(kind_word), f"{self.kind}.{kind_word}") if self.type_column else self.kind
        for text in self._texts(value):
            if found := node(kind, text):
                yield found

    def names(self, found: str) -> bool:
        """Whether what is found is learned: other records that name it go too."""
        return self.names_row and (not self.type_column or found.startswith(f"{_LEARNED_OF_ENDS}:"))

    def _texts(self, value: Any) -> list[str]:
        if value is None or isinstance(value, bool):
            return []
        if self.member:
            value = _member(value, self.member)
        return [] if value is None or isinstance(value, dict | list) else str(value).split(";")


def _member(value: Any, name: str) -> Any:
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None
    return document.get(name) if isinstance(document, dict) else None


def node(kind: str, text: str) -> str | None:
    """An id as `kind:id`, written as the identity graph writes it; None where it is none."""
    clean = text.strip()
    if kind == "email":
        clean = clean.lower()
        if "@" not in clean or " " in clean:
            return None
    return f"{kind}:{clean}" if clean else None


def _tie(column: str, kind: str) -> Tie:
    names_row, kind = kind.startswith("*"), kind.removeprefix("*")
    if "<" in kind:
        kind, _, word = kind.rstrip(">").partition(".<")
        return Tie(column, kind, names_row, type_column=word)
    kind, _, member = kind.partition("@")
    return Tie(column, kind, names_row, member=member)


def ties_of(source: str, stream: str) -> tuple[Tie, ...]:
    """The ties of a stream; none where its rows are of nobody."""
    return tuple(_tie(column, kind) for column, kind in TIES.get(source, {}).get(stream, {}).items())


def kinds_of_people() -> frozenset[str]:
    """The kinds that a person can be asked for by."""
    kinds = {tie.kind for source, streams in TIES.items() for stream in streams for tie in ties_of(source, stream)}
    return frozenset(kind for kind in kinds if "." not in kind)


def kinds_of(source: str) -> frozenset[str]:
    """Every kind of id that the source's rows hold."""
    kinds = {tie.kind for stream in TIES.get(source, {}) for tie in ties_of(source, stream)}
    return frozenset(kinds | ({_LEARNED_OF_ENDS} if source == "hubspot" else set()))


@dataclass(frozen=True)
class TiedRow:
    """What a row's ties say: whether it is of a suppressed person, and the ids that name it."""

    is_suppressed: bool
    names: frozenset[str] = frozenset()


def tied(ties: tuple[Tie, ...], value_of: Callable[[str], Any], holds: Callable[[str], bool]) -> TiedRow:
    """Hold one row against the list; `value_of` gives the value of a column."""
    found = [(tie, each) for tie in ties for each in tie.nodes(value_of(tie.column), tie.type_column and value_of(tie.type_column))]
    if not any(holds(each) for _, each in found):
        return TiedRow(False)
    return TiedRow(True, frozenset(each for tie, each in found if tie.names(each)))
