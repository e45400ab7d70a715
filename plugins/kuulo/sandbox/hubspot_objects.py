"""The company's records as objects of HubSpot's CRM: every property value a string or null."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_activity import Deal
from kuulo.sandbox.company_records import CrmCompany, CrmContact, FeedbackSubmission, SupportContact
from kuulo.sandbox.hubspot_feedback import FEEDBACK_SURVEYS
from kuulo.sandbox.instants import zulu

Properties = dict[str, str | None]
SOURCE_TYPES = {"email": "EMAIL", "web": "FORM", "chat": "CHAT", "phone": "PHONE"}
_SURVEYS = {survey.survey_id: survey for survey in FEEDBACK_SURVEYS}
_GROUPS = {"nps": lambda s: "PROMOTER" if s >= 9 else "PASSIVE" if s >= 7 else "DETRACTOR"}


@dataclass(slots=True)
class CrmObject:
    """One object of any type; `associated` holds ids by the type they are of."""

    object_id: str
    properties: Properties
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    associated: dict[str, list[str]] = field(default_factory=dict)

    def record(self, names: list[str]) -> dict[str, Any]:
        """The object with the properties of those names that exist."""
        shown = {name: self.properties[name] for name in names if name in self.properties}
        record: dict[str, Any] = {
            "id": self.object_id,
            "properties": shown,
            "createdAt": millis(self.created_at),
            "updatedAt": millis(self.updated_at),
            "archived": self.archived_at is not None,
        }
        if self.archived_at:
            record["archivedAt"] = millis(self.archived_at)
        return record


def millis(at: datetime) -> str:
    """An instant as the envelope has it: UTC with three digits of a second."""
    return zulu(at, "milliseconds")


def _instant(at: datetime | None) -> str | None:
    """An instant as a property has it: whole seconds stand without their zeros."""
    return None if at is None else millis(at).replace(".000Z", "Z")


def _span(start: datetime, end: datetime | None) -> str | None:
    return None if end is None else str((end - start) // timedelta(milliseconds=1))


def _object(
    object_id: str, created: datetime, updated: datetime, properties: Properties, modified: str = "hs_lastmodifieddate"
) -> CrmObject:
    # The vendor keeps milliseconds; an envelope and its property must not differ by what is below them.
    updated = updated.replace(microsecond=updated.microsecond // 1000 * 1000)
    own: Properties = {"hs_object_id": object_id, "createdate": _instant(created), modified: _instant(updated)}
    return CrmObject(object_id, {**own, **properties}, created, updated)


def _contact(contact: CrmContact) -> CrmObject:
    first, _, rest = contact.email.strip().partition("@")[0].partition(".")
    made = _object(contact.contact_id, contact.created_at, contact.updated_at, {
        "email": contact.email,
        "firstname": first.title(),
        "lastname": rest.rstrip("0123456789").title(),
        "phone": f"+358 40 555 {contact.contact_id[-4:]}",
        "hs_additional_emails": ";".join(contact.additional_emails) or None,
        "hs_merged_object_ids": ";".join(contact.merged_ids) or None,
        "associatedcompanyid": contact.company_id,
        "hubspot_owner_id": contact.owner_id,
        "lifecyclestage": "customer",
        "country": contact.country,
        "hs_language": contact.language,
        "segment": contact.segment,
    }, modified="lastmodifieddate")  # fmt: skip
    made.archived_at = contact.archived_at
    made.associated = {"companies": [contact.company_id]} if contact.company_id else {}
    return made


def _company(company: CrmCompany) -> CrmObject:
    return _object(company.company_id, company.created_at, company.updated_at, {
        "name": company.name,
        "domain": company.domain,
        "industry": company.industry,
        "country": company.country,
        "numberofemployees": str(company.employees),
        "annualrevenue": f"{company.employees * 81_250}.50",
    })  # fmt: skip


def _deal(deal: Deal) -> CrmObject:
    made = _object(deal.deal_id, deal.created_at, deal.updated_at, {
        "dealname": deal.name,
        "amount": f"{deal.amount_cents / 100:.2f}",
        "deal_currency_code": "EUR",
        "closedate": _instant(deal.closed_at),
        "dealstage": deal.stage_id,
        "pipeline": "default",
        "hs_is_closed_won": "true" if deal.is_won else "false",
        "hubspot_owner_id": deal.owner_id,
    })  # fmt: skip
    made.associated = {"companies": [deal.company_id]}
    return made


def _ticket(ticket: SupportContact) -> CrmObject:
    assert ticket.updated_at is not None
    stage = "4" if ticket.resolved_at else "2" if ticket.first_reply_at else "1"
    made = _object(ticket.contact_id, ticket.opened_at, ticket.updated_at, {
        "subject": f"About {(ticket.topic or 'my lamps').replace('_', ' ')}",
        "content": "Dear Kajo, please see to it.",
        "hs_pipeline": "0",
        "hs_pipeline_stage": stage,
        "hs_ticket_priority": "MEDIUM",
        "hs_ticket_category": ticket.topic.upper() if ticket.topic else None,
        "source_type": SOURCE_TYPES[ticket.channel],
        "createdate": None if ticket.is_refused else _instant(ticket.opened_at),
        "closed_date": _instant(ticket.resolved_at),
        "hs_last_closed_date": _instant(ticket.resolved_at),
        "first_agent_reply_date": _instant(ticket.first_reply_at),
        "time_to_close": _span(ticket.opened_at, ticket.resolved_at),
        "time_to_first_agent_reply": _span(ticket.opened_at, ticket.first_reply_at),
        "hubspot_owner_id": ticket.agent_id,
    })  # fmt: skip
    made.archived_at = ticket.archived_at
    made.associated = {"contacts": [ticket.crm_contact_id]} if ticket.crm_contact_id else {}
    return made


def _submission(submission: FeedbackSubmission) -> CrmObject:
    survey, at = _SURVEYS[submission.survey_id], submission.submitted_at or submission.updated_at
    group = _GROUPS.get(survey.metric)
    made = _object(submission.submission_id, at, submission.updated_at, {
        "hs_createdate": _instant(at),
        "hs_survey_id": submission.survey_id,
        "hs_survey_name": survey.name,
        "hs_survey_type": survey.metric.upper(),
        "hs_survey_channel": submission.channel,
        "hs_value": submission.value,
        "hs_response_group": group(submission.score) if group and submission.score is not None else None,
        "hs_sentiment": None,
        "hs_content": submission.comment,
        "hs_submission_name": f"Submission {submission.submission_id}",
        "hs_submission_timestamp": _instant(submission.submitted_at),
        "hs_contact_id": submission.contact_id,
        "hs_ticket_id": submission.ticket_id,
    })  # fmt: skip
    del made.properties["createdate"]
    made.associated = {"contacts": [submission.contact_id]} if submission.contact_id else {}
    return made


def objects_by_type(company: Company) -> dict[str, list[CrmObject]]:
    """All objects of the CRM by type, smallest id first, archived ones among them."""
    found = {
        "contacts": [_contact(contact) for person in company.people for contact in person.crm],
        "companies": [_company(organisation) for organisation in company.companies],
        "deals": [_deal(deal) for deal in company.deals],
        "tickets": [_ticket(contact) for contact in company.contacts if contact.system == "ticket"],
        "feedback_submissions": [_submission(submission) for submission in company.feedback],
    }
    return {object_type: sorted(objects, key=lambda made: int(made.object_id)) for object_type, objects in found.items()}
