"""Kajo's contacts, answers and invites through Dynamics 365: landed, judged, and mapped, they are the company's own."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.landing.land_stream import land_stream
from kuulo.sandbox.company import Company, generate_company
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.dialects import DIALECTS
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.server import serve
from kuulo.sandbox.truth_support import fcr_status, handle_seconds
from kuulo.settings import Settings
from kuulo.sources.dynamics365 import DYNAMICS365
from kuulo.sources.source import Credentials, Window
from kuulo.validation.landing_gate import validate_source
from tests.conftest import NOW
from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt


def _credentials(url: str, base: str) -> Credentials:
    spoken = next(spoken for spoken in DIALECTS if spoken.source == "dynamics365")
    extra = {name: value.format(address=url) for name, value in spoken.extra.items()}
    return Credentials(base_url=base, login=spoken.login, secret=spoken.secret, extra=extra)


def _customers(company: Company) -> list[dict[str, Any]]:
    return [
        {"customer_id": number, "email": email, "segment": person.group}
        for person in company.people
        for number, email in zip(person.customer_ids, person.billing_emails, strict=True)
    ]


@pytest.fixture(scope="module")
def company() -> Company:
    return generate_company(customers=400)


@pytest.fixture(scope="module")
def own(company: Company) -> dict[str, SupportContact]:
    """The contacts that must be counted, by id."""
    return {c.contact_id: c for c in company.contacts if c.system == "dynamics365" and not c.is_refused and not c.archived_at}


@pytest.fixture(scope="module")
def warehouse(company: Company, tmp_path_factory: pytest.TempPathFactory) -> SmallWarehouse:
    home: Path = tmp_path_factory.mktemp("dynamics365")
    settings = Settings(home=home)
    with serve(company) as server:
        credentials = _credentials(server.url, server.url_of("dynamics365"))
        for stream in DYNAMICS365.streams:
            if stream.reading:
                land_stream(
                    settings=settings, source=DYNAMICS365, stream=stream, window=Window(HISTORY_START, AS_OF), credentials=credentials,
                    run="run-1", clock=lambda: NOW,
                )  # fmt: skip
    receipts = {r.stream: r for r in validate_source(settings=settings, source=DYNAMICS365, run="run-1", clock=lambda: NOW)}
    refused = {stream: sum(receipt.quarantined.values()) for stream, receipt in receipts.items() if receipt.quarantined}
    assert refused == {"incidents": 2, "case_ratings": 1, "response_metrics": 1, "question_responses": 1}
    marts = ["fct_contacts", "fct_survey_answers", "int_survey_invites", "int_contacts_unioned"]
    rows = {("files", "customers"): _customers(company)}
    return SmallWarehouse(home, rows, marts=marts, as_of=AS_OF.isoformat()[:19])


def _inside(warehouse: SmallWarehouse, question: str) -> list[dict[str, Any]]:
    """The rows of a query over what the marts are made of."""
    with duckdb.connect(str(warehouse.settings.warehouse), read_only=True) as connection:
        cursor = connection.execute(question)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _naive(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=None) if at else None


def test_every_contact_is_counted_once_with_what_was_noted_of_it(warehouse: SmallWarehouse, own: dict[str, SupportContact]) -> None:
    found = _inside(warehouse, "select * from intermediate.int_contacts_unioned where source = 'dynamics365'")
    assert len(found) == len(own)
    columns = {
        "channel": lambda c: c.channel,
        "topic": lambda c: c.topic or "unknown",
        "team": lambda c: c.team or "unknown",
        "agent_id": lambda c: c.agent_id,
        "case_id": lambda c: c.case_id,
        "opened_at": lambda c: _naive(c.opened_at),
        "first_reply_at": lambda c: _naive(c.first_reply_at),
        "is_resolved": lambda c: c.is_resolved,
        "is_outbound": lambda c: c.direction == "outbound",
        "is_abandoned": lambda c: c.is_abandoned,
        "is_bot": lambda c: c.is_bot,
        "wait_seconds": lambda c: c.wait_seconds,
        "talk_seconds": lambda c: c.talk_seconds,
        "hold_seconds": lambda c: c.hold_seconds,
        "wrap_seconds": lambda c: c.wrap_seconds,
        "agent_replies": lambda c: c.agent_replies,
        "customer_replies": lambda c: c.customer_replies,
        "reopen_count": lambda c: c.reopen_count,
        "transfer_count": lambda c: c.transfer_count,
    }
    for row in found:
        contact = own[row["contact_id"]]
        assert {name: row[name] for name in columns} == {name: noted(contact) for name, noted in columns.items()}, contact.channel


def test_the_verdicts_and_handle_times_are_those_of_the_company(warehouse: SmallWarehouse, own: dict[str, SupportContact]) -> None:
    found = warehouse.ask("select fcr_status, handle_seconds, segment from fct_contacts where source = 'dynamics365'")
    assert Counter(row["fcr_status"] for row in found) == Counter(fcr_status(list(own.values())).values())
    assert sum(row["handle_seconds"] or 0 for row in found) == sum(handle_seconds(contact) or 0 for contact in own.values())
    groups = Counter(contact.person.group if contact.person else "unknown" for contact in own.values())
    assert Counter(row["segment"] for row in found) == groups


def test_every_valid_answer_is_counted_with_its_customer(warehouse: SmallWarehouse, company: Company) -> None:
    found = warehouse.ask("select metric, scale, score, survey, channel, segment from fct_survey_answers")  # no other source has any
    given = [a for a in company.vendor_answers if a.source == "dynamics365" and a.score is not None]
    told = Counter((a.metric, a.scale, a.score, a.survey_id, a.channel, a.person.group if a.person else "unknown") for a in given)
    assert Counter((r["metric"], r["scale"], r["score"], r["survey"], r["channel"], r["segment"]) for r in found) == told
    assert {metric for metric, *_ in told} == {"nps", "csat", "ces"}


def test_invites_that_arrived_are_the_base_of_the_response_rate(warehouse: SmallWarehouse, company: Company) -> None:
    found = _inside(
        warehouse, "select channel, is_delivered, is_answered from intermediate.int_survey_invites where source = 'dynamics365'"
    )
    surveys = {answer.survey_id for answer in company.vendor_answers if answer.source == "dynamics365"}
    sent = [invite for invite in company.vendor_invites if invite.survey_id in surveys]
    assert len(sent) == 100
    assert Counter((r["channel"], r["is_delivered"], r["is_answered"]) for r in found) == Counter(
        (invite.channel, invite.delivered, invite.responded_at is not None) for invite in sent
    )


def test_the_company_has_every_case_that_this_proves(own: dict[str, SupportContact]) -> None:
    contacts = list(own.values())
    cases = Counter(contact.case_id for contact in contacts if contact.case_id)
    assert {contact.channel for contact in contacts} == {"chat", "phone", "email", "web"}
    assert max(cases.values()) == 2
    for wanted in ("is_bot", "is_abandoned", "reopen_count", "transfer_count", "first_reply_at"):
        assert any(getattr(contact, wanted) for contact in contacts), wanted
    assert any(contact.person is None for contact in contacts)
    assert any(contact.direction == "outbound" for contact in contacts)
    assert all(not c.first_reply_at or (c.first_reply_at - c.opened_at) % timedelta(seconds=1) == timedelta(0) for c in contacts)
