"""What the pipeline must find, computed from the company's own records in plain Python; no page and no query has a part in it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.spreadsheet_rows import REPEATED_ROWS
from kuulo.sandbox.truth_churn import churn_figures, churn_ladders
from kuulo.sandbox.truth_figures import Figure, Key
from kuulo.sandbox.truth_support import counted_contacts, fcr_figures, fcr_status, service_figures
from kuulo.sandbox.truth_surveys import invite_figures, scored_answers, survey_figures


@dataclass(frozen=True)
class Truth:
    """All that is true of a company at `as_of`.

    Attributes:
        scorecard: the figures of scorecard_by_period, before small cuts are hidden.
        rows: expected row counts by mart.
        quarantined: expected refused rows by `source/stream`; streams that are not named have none.
        duplicates: expected exact duplicates by `source/stream`; streams that are not named have none.
        churn_by_month: columns of churn_by_month summed over all cuts, by first day of the month.
        fcr_status: the verdict on every counted contact by its id.
    """

    as_of: datetime
    scorecard: dict[Key, Figure]
    rows: dict[str, int]
    quarantined: dict[str, int]
    duplicates: dict[str, int]
    churn_by_month: dict[date, dict[str, float]]
    fcr_status: dict[str, str]


def _is_met(person: Person, seen: set[int]) -> bool:
    """Whether any system has a record of the person: billing, the CRM, or a survey that was told the e-mail."""
    return bool(person.customer_ids or person.crm or person.number in seen)


# Where the rows of a system's contacts come in.
CONTACTS_COME_IN = {
    "ticket": "hubspot/tickets",
    "phone": "files/contacts",
    "chat": "files/contacts",
    "zendesk": "zendesk/tickets",
    "intercom": "intercom/conversations",
    "dynamics365": "dynamics365/incidents",
}


def _quarantined(company: Company) -> dict[str, int]:
    refused = Counter(
        CONTACTS_COME_IN[contact.system] for contact in company.contacts if contact.is_refused and contact.archived_at is None
    )
    refused.update(answer.stream for answer in company.vendor_answers if answer.is_refused)
    return {
        "survicate/responses": sum(answer.is_refused for response in company.responses for answer in response.answers),
        "hubspot/feedback_submissions": sum(submission.is_refused for submission in company.feedback),
        "files/usage_events": sum(event.is_refused for event in company.usage if not event.is_in_database),
        "database/usage_events": sum(event.is_refused for event in company.usage if event.is_in_database),
        "database/orders": sum(order.is_refused for order in company.orders),
        "files/survey_invites": sum(invite.is_refused for invite in company.invites),
        "files/subscriptions": 1,
        "stripe/subscriptions": int(any(subscription.biller == "stripe" for subscription in company.subscriptions)),
        **refused,
    }


def truth_of(company: Company) -> Truth:
    """The truth of a company at the end of its history."""
    ladders = churn_ladders(company)
    contacts = counted_contacts(company)
    seen = {response.person.number for response in company.responses if response.person}
    seen |= {order.person.number for order in company.orders if not order.is_refused}
    return Truth(
        as_of=AS_OF,
        scorecard={
            **survey_figures(company),
            **invite_figures(company),
            **fcr_figures(company),
            **service_figures(company),
            **churn_figures(ladders),
        },
        rows={
            "fct_survey_answers": sum(1 for _ in scored_answers(company)),
            "fct_contacts": len(contacts),
            "dim_customers": sum(_is_met(person, seen) for person in company.people),
        },
        quarantined=_quarantined(company),
        duplicates=dict(REPEATED_ROWS),
        churn_by_month={month.date(): ladder.in_currency() for (month, cut, _), ladder in ladders.items() if cut == "all"},
        fcr_status=fcr_status(contacts),
    )
