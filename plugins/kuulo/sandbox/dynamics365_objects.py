"""The company's records as rows of Dataverse tables: logical names, GUIDs, numbers for choices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, SupportContact
from kuulo.sandbox.drawn_id import drawn_id
from kuulo.sandbox.dynamics365_support import SYSTEM, TEAMS, fixed_id
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.instants import zulu
from kuulo.sandbox.people import as_typed

Values = dict[str, Any]
_ORIGINS = {"phone": 1, "email": 2, "web": 3, "chat": 3}
_LIVE_CHAT = "192360000"


@dataclass(slots=True)
class TableRow:
    """One row: its values by logical name, what its polymorphic lookups point into, and its life."""

    values: Values
    modified_at: datetime
    kinds: dict[str, str] = field(default_factory=dict)
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class Table:
    """A table with its rows; `tracks` is whether it answers with delta links."""

    logical_name: str
    entity_set: str
    key: str
    rows: list[TableRow]
    tracks: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """Every column that its rows have."""
        return frozenset(name for row in self.rows for name in row.values)


def row(created: datetime | None, modified: datetime, values: Values, *, state: int = 0, **kinds: str) -> TableRow:
    """A row with the columns that every table has."""
    modified = max(min(modified.replace(microsecond=0), AS_OF - timedelta(seconds=1)), HISTORY_START)
    life = {"statecode": state, "createdon": zulu(created), "modifiedon": zulu(modified), "versionnumber": 0}
    return TableRow({**values, **life}, modified, kinds)


def _contact_rows(rng: Random, people: Iterable[Person]) -> list[TableRow]:
    rows = []
    for person in people:
        ids = person.known_as.get(SYSTEM, ())
        for number, contact_id in enumerate(ids):
            by_email = bool(person.emails) and (number > 0 or rng.random() < 0.6)
            by_number = number == 0 and (not by_email or rng.random() < 0.4)
            values = {
                "contactid": contact_id,
                "emailaddress1": as_typed(rng, person.emails[0]) if by_email else None,
                "emailaddress2": None,
                "emailaddress3": None,
                "externaluseridentifier": rng.choice(person.customer_ids) if by_number else None,
                "_parentcustomerid_value": fixed_id("accounts", person.company.company_id) if person.company else None,
                "address1_country": person.country,
                "merged": number > 0,
                "_masterid_value": ids[0] if number > 0 else None,
            }
            modified = person.created_at + timedelta(seconds=rng.randrange(86_400, 30_000_000))
            rows.append(row(person.created_at, modified, values, state=int(number > 0), _parentcustomerid_value="account"))
    return rows


def _account_rows(company: Company) -> list[TableRow]:
    return [
        row(made.created_at, made.updated_at, {
            "accountid": fixed_id("accounts", made.company_id), "name": made.name, "accountnumber": None, "emailaddress1": None,
            "websiteurl": f"https://{made.domain}", "industrycode": None, "numberofemployees": made.employees,
            "revenue": made.employees * 81_250.5, "address1_country": made.country, "merged": False, "_masterid_value": None,
        })
        for made in company.companies
    ]  # fmt: skip


def _queue_rows() -> list[TableRow]:
    return [
        row(HISTORY_START, HISTORY_START, {"queueid": fixed_id("queues", team), "name": team, "emailaddress": None, "queuetypecode": 0})
        for team in TEAMS
    ]


def _owner(contact: SupportContact) -> tuple[Values, dict[str, str]]:
    if contact.team and contact.channel != "chat":
        return {"_ownerid_value": fixed_id("teams", contact.team)}, {"_ownerid_value": "team"}
    return {"_ownerid_value": contact.agent_id or fixed_id("users", "0")}, {"_ownerid_value": "systemuser"}


def _incident(contact: SupportContact, number: int, ratings: dict[str, Any]) -> TableRow:
    owned, kinds = _owner(contact)
    created = contact.opened_at + timedelta(seconds=5 if contact.channel == "email" else 0)
    made = row(None if contact.is_refused else created, contact.resolved_at or created, {
        "incidentid": contact.case_id,
        "ticketnumber": f"CAS-{number:05d}",
        "title": f"About {(contact.topic or 'my lamps').replace('_', ' ')}",
        "casetypecode": None,
        "caseorigincode": _ORIGINS[contact.channel],
        "prioritycode": 2,
        "severitycode": 1,
        "customersatisfactioncode": ratings.get(contact.case_id or ""),
        "isescalated": False,
        "escalatedon": None,
        "firstresponsesent": contact.first_reply_at is not None,
        "deactivatedon": zulu(contact.resolved_at),
        "onholdtime": 0,
        "merged": False,
        "_masterid_value": None,
        "_parentcaseid_value": None,
        "_customerid_value": contact.crm_contact_id,
        "_primarycontactid_value": None,
        **owned,
        "_subjectid_value": fixed_id("subjects", contact.topic) if contact.topic else None,
        "_productid_value": None,
        "emailaddress": None,
        "sentimentvalue": None,
        "statuscode": 5 if contact.is_resolved else 1,
    }, state=int(bool(contact.is_resolved)), _customerid_value="contact", **kinds)  # fmt: skip
    made.deleted_at = contact.archived_at if contact.case_id == contact.contact_id else None
    return made


def _resolutions(rng: Random, contact: SupportContact) -> list[TableRow]:
    """One for each time that the case was resolved: the last one stands, those before it were taken back."""
    closed = [contact.opened_at + timedelta(minutes=3 + number) for number in range(contact.reopen_count or 0)]
    if contact.resolved_at:
        closed.append(contact.resolved_at)
    return [
        row(at, at, {
            "activityid": drawn_id(rng), "_incidentid_value": contact.case_id, "actualend": zulu(at), "timespent": 5,
            "subject": "Solved",
        }, state=1 if at == contact.resolved_at else 2)
        for at in closed
    ]  # fmt: skip


def _conversation(contact: SupportContact) -> TableRow:
    milliseconds = (contact.first_reply_at - contact.opened_at) // timedelta(milliseconds=1) if contact.first_reply_at else None
    made = row(contact.opened_at, contact.ended_at or contact.opened_at, {
        "activityid": contact.contact_id,
        "msdyn_channel": _LIVE_CHAT,
        "msdyn_createdon": zulu(contact.opened_at),
        "msdyn_closedon": zulu(contact.ended_at),
        "msdyn_activeagentassignedon": None,
        "msdyn_conversationhandletimeinseconds": None,
        "msdyn_conversationtalktimeinseconds": contact.talk_seconds,
        "msdyn_conversationholdtimeinseconds": contact.hold_seconds,
        "msdyn_conversationwrapuptimeinseconds": contact.wrap_seconds,
        "msdyn_conversationfirstwaittimeinseconds": contact.wait_seconds,
        "msdyn_firstresponsetimeinmsadjforoh": milliseconds,
        "msdyn_transfercount": contact.transfer_count,
        "msdyn_escalationcount": 0,
        "msdyn_isabandoned": contact.is_abandoned,
        "msdyn_isoutbound": False,
        "msdyn_isagentsession": not contact.is_bot,
        "msdyn_customersentimentlabel": None,
        "msdyn_channelinstanceid": None,
        "_msdyn_activeagentid_value": contact.agent_id,
        "_msdyn_cdsqueueid_value": fixed_id("queues", contact.team) if contact.team else None,
        "_msdyn_customer_value": contact.crm_contact_id,
        "_msdyn_issueid_value": contact.case_id,
        "_regardingobjectid_value": None,
        "statuscode": 4,
    }, state=1, _msdyn_customer_value="contact")  # fmt: skip
    made.deleted_at = contact.archived_at
    return made


def _phonecall(contact: SupportContact) -> TableRow:
    regarding = contact.case_id or contact.crm_contact_id
    assert contact.ended_at
    made = row(contact.opened_at, contact.ended_at, {
        "activityid": contact.contact_id,
        "subject": "Call",
        "directioncode": contact.direction == "outbound",
        "actualstart": zulu(contact.opened_at),
        "actualend": zulu(contact.ended_at),
        "actualdurationminutes": (contact.talk_seconds or 0) // 60,
        "_regardingobjectid_value": regarding,
        "_ownerid_value": contact.agent_id,
        "statuscode": 2,
    }, state=1, _regardingobjectid_value="incident" if contact.case_id else "contact", _ownerid_value="systemuser")  # fmt: skip
    made.deleted_at = contact.archived_at
    return made


def _emails(rng: Random, contact: SupportContact) -> list[TableRow]:
    """The customer's e-mails, the first one when the case was opened, and the answers, the first one at the first reply."""
    last = contact.resolved_at or contact.first_reply_at or contact.opened_at
    told = [(False, contact.opened_at + timedelta(seconds=n)) for n in range(contact.customer_replies or 0)]
    if contact.first_reply_at:
        told += [(True, contact.first_reply_at + timedelta(seconds=n)) for n in range(contact.agent_replies or 0)]
    return [
        row(at, max(at, last), {
            "activityid": drawn_id(rng), "subject": "About my lamps", "directioncode": is_outbound, "sender": None, "senton": zulu(at),
            "_regardingobjectid_value": contact.case_id, "_ownerid_value": fixed_id("users", "0"), "statuscode": 3 if is_outbound else 4,
        }, state=1, _regardingobjectid_value="incident", _ownerid_value="systemuser")
        for is_outbound, at in told
    ]  # fmt: skip


def service_tables(company: Company) -> list[Table]:
    """The tables of Customer Service."""
    rng = Random(f"{company.seed}:{SYSTEM} tables")
    own = [contact for contact in company.contacts if contact.system == SYSTEM]
    ratings = {a.contact_id or "": a.value for a in company.vendor_answers if a.stream == f"{SYSTEM}/case_ratings"}
    first: dict[str, SupportContact] = {}
    for contact in own:
        if contact.case_id:
            first.setdefault(contact.case_id, contact)
    cases, calls = list(first.values()), [contact for contact in own if contact.channel == "phone"]
    chats, mailed = [c for c in own if c.channel == "chat"], [c for c in cases if c.channel == "email"]
    return [
        Table("incident", "incidents", "incidentid", [_incident(case, n, ratings) for n, case in enumerate(cases, 1)], tracks=True),
        Table("incidentresolution", "incidentresolutions", "activityid", [made for case in cases for made in _resolutions(rng, case)]),
        Table("contact", "contacts", "contactid", _contact_rows(rng, company.people), tracks=True),
        Table("account", "accounts", "accountid", _account_rows(company)),
        Table("phonecall", "phonecalls", "activityid", [_phonecall(call) for call in calls], tracks=True),
        Table("email", "emails", "activityid", [made for case in mailed for made in _emails(rng, case)]),
        Table("msdyn_ocliveworkitem", "msdyn_ocliveworkitems", "activityid", [_conversation(chat) for chat in chats], tracks=True),
        Table("queue", "queues", "queueid", _queue_rows()),
    ]
