"""What the company's Zendesk tells, landed, validated and modelled: its very tickets, ratings and offers, of the right people."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kuulo.kept_keys import kept_key
from kuulo.landing.land_stream import land_stream
from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.server import SandboxServer
from kuulo.sandbox.truth import Truth
from kuulo.sandbox.truth_support import fcr_status
from kuulo.sandbox.zendesk_dialect import ZENDESK_LOGIN, ZENDESK_TOKEN
from kuulo.sandbox.zendesk_records import TOPIC_FIELD, TOPIC_TAG
from kuulo.settings import Settings
from kuulo.sources.source import Credentials, Window
from kuulo.sources.zendesk import ZENDESK
from kuulo.validation.landing_gate import validate_source
from kuulo.warehouse.customer_key import keyed_hash
from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt
WHOLE = Window(HISTORY_START, AS_OF)
MARTS = ("fct_contacts", "fct_survey_answers", "response_rate_by_month", "dim_customers")


def _now() -> datetime:
    return AS_OF


@pytest.fixture(scope="module")
def counts(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, int]]]:
    """A home with the validated rows; how many were received and quarantined, by stream."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    extra = {"pace": "1000", "topic_field": TOPIC_FIELD, "topic_tag_prefix": TOPIC_TAG}
    credentials = Credentials(base_url=sandbox.url_of("zendesk"), login=ZENDESK_LOGIN, secret=ZENDESK_TOKEN, extra=extra)
    for stream in ZENDESK.streams:
        land_stream(settings=settings, source=ZENDESK, stream=stream, window=WHOLE, credentials=credentials, run="test", clock=_now)
    receipts = validate_source(settings=settings, source=ZENDESK, run="test", clock=_now)
    assert {receipt.status for receipt in receipts} == {"validated"}
    return settings.home, {receipt.stream: (receipt.received, sum(receipt.quarantined.values())) for receipt in receipts}


@pytest.fixture(scope="module")
def warehouse(counts: tuple[Path, dict[str, tuple[int, int]]]) -> SmallWarehouse:
    return SmallWarehouse(counts[0], {}, marts=MARTS, as_of=f"{AS_OF:%Y-%m-%d}", data_tests=False)


@pytest.fixture(scope="module")
def tickets(small_company: Company) -> list[SupportContact]:
    """Those that count."""
    return [c for c in small_company.contacts if c.system == "zendesk" and not c.is_refused and c.archived_at is None]


def test_what_is_refused_is_what_was_planted(
    counts: tuple[Path, dict[str, tuple[int, int]]], small_truth: Truth, small_company: Company
) -> None:
    planted = {stream: small_truth.quarantined.get(f"zendesk/{stream}", 0) for stream in counts[1]}
    assert {stream: quarantined for stream, (_, quarantined) in counts[1].items()} == planted
    assert counts[1]["tickets"][0] == sum(contact.system == "zendesk" for contact in small_company.contacts)


@pytest.fixture(scope="module")
def ticket_of(warehouse: SmallWarehouse, tickets: list[SupportContact]) -> dict[str, str]:
    """The ticket behind each key of the marts, which hold no id."""
    key = kept_key(warehouse.settings.home / "secrets" / "customer_key")
    return {keyed_hash(key, f"contact:zendesk:{ticket.contact_id}"): ticket.contact_id for ticket in tickets}


def _ticket_as_mart(ticket: SupportContact) -> dict[str, Any]:
    replied = ticket.first_reply_at and (ticket.first_reply_at - ticket.opened_at) / timedelta(minutes=1)
    resolved = ticket.resolved_at and (ticket.resolved_at - ticket.opened_at) / timedelta(minutes=1)
    return {
        "channel": ticket.channel,
        "topic": ticket.topic or "unknown",
        "team": ticket.team or "unknown",
        "opened_at": ticket.opened_at.replace(tzinfo=None),
        "is_bot": ticket.is_bot,
        "is_resolved": ticket.is_resolved,
        "first_reply_minutes": replied and pytest.approx(replied),
        "resolution_minutes": resolved and pytest.approx(resolved),
        "reopen_count": ticket.reopen_count,
        "transfer_count": ticket.transfer_count,
        "is_anonymous": ticket.person is None,
    }


def test_every_ticket_is_a_contact_as_it_took_place(
    warehouse: SmallWarehouse, tickets: list[SupportContact], ticket_of: dict[str, str]
) -> None:
    rows = warehouse.ask(
        "select contact_key, channel, topic, team, opened_at, is_bot, is_resolved, first_reply_minutes, resolution_minutes, reopen_count, "
        "transfer_count, customer_key is null as is_anonymous from fct_contacts"
    )
    found = {ticket_of[row.pop("contact_key")]: row for row in rows}
    assert found == {ticket.contact_id: _ticket_as_mart(ticket) for ticket in tickets}
    assert len(rows) == len(found) > 70


def test_the_tickets_of_a_person_are_of_one_customer_and_no_other(
    warehouse: SmallWarehouse, tickets: list[SupportContact], ticket_of: dict[str, str]
) -> None:
    rows = warehouse.ask("select contact_key, customer_key from fct_contacts")
    keys = {ticket_of[row["contact_key"]]: row["customer_key"] for row in rows}
    pairs = {(ticket.person.number, keys[ticket.contact_id]) for ticket in tickets if ticket.person}
    assert len(pairs) == len({number for number, _ in pairs}) == len({key for _, key in pairs}) > 30


def test_each_verdict_is_that_of_the_tickets_by_themselves(
    warehouse: SmallWarehouse, tickets: list[SupportContact], ticket_of: dict[str, str]
) -> None:
    found = {ticket_of[row["contact_key"]]: row["fcr_status"] for row in warehouse.ask("select contact_key, fcr_status from fct_contacts")}
    assert found == fcr_status(tickets)
    assert set(found.values()) >= {"resolved", "unresolved", "excluded"}


def test_every_rating_is_an_answer_on_its_scale(warehouse: SmallWarehouse, small_company: Company) -> None:
    given = [answer for answer in small_company.vendor_answers if answer.source == "zendesk" and answer.score is not None]
    truth = Counter((a.survey_id, a.scale, float(a.score or 0), a.channel, a.at.replace(tzinfo=None)) for a in given)
    rows = warehouse.ask("select survey, scale, score, channel, submitted_at from fct_survey_answers")
    assert Counter(tuple(row.values()) for row in rows) == truth
    assert {scale for _, scale, *_ in truth} == {"thumbs", "1-5"}


def test_offers_and_what_became_of_them(warehouse: SmallWarehouse, small_company: Company) -> None:
    offers = [
        i for i in small_company.vendor_invites if i.survey_id in ("satisfaction_rating", "01K5KAJ0SAT1SFACT10NSVRVEY") and not i.is_refused
    ]
    truth = Counter(invite.survey_id for invite in offers), Counter(i.survey_id for i in offers if i.responded_at)
    rows = warehouse.ask("select survey, sum(delivered) as sent, sum(responses) as answered from response_rate_by_month group by 1")
    assert {row["survey"]: (row["sent"], row["answered"]) for row in rows} == {s: (truth[0][s], truth[1][s]) for s in truth[0]}


def test_nobody_is_a_customer_but_end_users_of_whom_something_is_known(warehouse: SmallWarehouse, small_company: Company) -> None:
    known = sum("zendesk" in person.known_as for person in small_company.people)
    assert warehouse.one("select count(*) as n from dim_customers") == {"n": known}
