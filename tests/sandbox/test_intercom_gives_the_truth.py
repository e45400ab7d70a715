"""What the company's Intercom tells through its source: the very contacts, ratings and people that the company's own records have."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kuulo.landing.land_stream import land_stream
from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.intercom_dialect import INTERCOM_TOKEN
from kuulo.sandbox.server import SandboxServer
from kuulo.settings import Settings
from kuulo.sources.intercom import INTERCOM
from kuulo.sources.source import Credentials, Window
from kuulo.validation.landing_gate import validate_source
from tests.dbt_project.small_build import SmallWarehouse

pytestmark = pytest.mark.dbt
WHOLE = Window(HISTORY_START, AS_OF)
Row = dict[str, Any]


def _now() -> datetime:
    return AS_OF


@pytest.fixture(scope="module")
def home(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Validated rows of Intercom alone."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    credentials = Credentials(base_url=sandbox.url_of("intercom"), secret=INTERCOM_TOKEN)
    for stream in INTERCOM.streams:
        if stream.reading:
            land_stream(settings=settings, source=INTERCOM, stream=stream, window=WHOLE, credentials=credentials, run="test", clock=_now)
    receipts = {r.stream: r for r in validate_source(settings=settings, source=INTERCOM, run="test", clock=_now)}
    assert {name: receipt.quarantined for name, receipt in receipts.items() if receipt.quarantined} == {
        "conversations": {"required:created_at": 2}, "conversation_ratings": {"on_scale:score": 2}
    }  # fmt: skip
    assert {receipt.status for receipt in receipts.values()} == {"validated"}
    return settings.home


@pytest.fixture(scope="module")
def warehouse(home: Path) -> SmallWarehouse:
    marts = ["fct_contacts", "fct_survey_answers", "fct_survey_invites"]
    return SmallWarehouse(home, {}, marts=marts, as_of=f"{AS_OF:%Y-%m-%d}", data_tests=False)


@pytest.fixture(scope="module")
def talks(small_company: Company) -> list[SupportContact]:
    """What took place in Intercom and is told by it."""
    found = [c for c in small_company.contacts if c.system == "intercom"]
    return [c for c in found if not c.is_refused and not c.archived_at]


@pytest.fixture(scope="module")
def rows(warehouse: SmallWarehouse) -> dict[str, Row]:
    """Contacts as the warehouse identified them, by id."""
    with duckdb.connect(str(warehouse.settings.warehouse), read_only=True) as connection:
        cursor = connection.execute("select * from intermediate.int_contacts_identified")
        names = [column[0] for column in cursor.description or []]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["contact_id"]: row for row in found}


def _naive(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=None) if at else None


def _told(contact: SupportContact) -> Row:
    return {
        "contact_id": contact.contact_id,
        "case_id": (contact.case_id or "").removeprefix("ticket:"),
        "channel": contact.channel,
        "topic": contact.topic or "unknown",
        "team": contact.team or "unknown",
        "agent_id": contact.agent_id,
        "is_outbound": contact.direction == "outbound",
        "is_abandoned": contact.is_abandoned,
        "is_bot": contact.is_bot,
        "is_resolved": contact.is_resolved,
        "opened_at": _naive(contact.opened_at),
        "first_reply_at": _naive(contact.first_reply_at),
        "resolved_at": _naive(contact.resolved_at),
        "wait_seconds": None,
        "talk_seconds": contact.talk_seconds,
        "agent_replies": contact.agent_replies,
        "customer_replies": contact.customer_replies,
        "reopen_count": contact.reopen_count,
        "transfer_count": contact.transfer_count,
    }


def test_every_contact_is_as_it_took_place(talks: list[SupportContact], rows: dict[str, Row]) -> None:
    expected = {contact.contact_id: _told(contact) for contact in talks}
    assert {name: {key: row[key] for key in expected[name]} if name in expected else row for name, row in rows.items()} == expected
    assert sum(contact.is_bot for contact in talks) > 10
    assert sum(contact.contact_id.startswith("ticket:") for contact in talks) > 0


def test_a_person_has_one_key_in_all_conversations_and_a_visitor_none(talks: list[SupportContact], rows: dict[str, Row]) -> None:
    keys: dict[int, set[str]] = {}
    for contact in talks:
        key = rows[contact.contact_id]["customer_key"]
        if contact.person is None:
            assert key is None
        else:
            keys.setdefault(contact.person.number, set()).add(key)
    assert {len(found) for found in keys.values()} == {1}
    assert len({next(iter(found)) for found in keys.values()}) == len(keys)
    assert None not in {next(iter(found)) for found in keys.values()}


def test_ratings_are_answers_and_those_that_nobody_gave_are_invites(small_company: Company, warehouse: SmallWarehouse) -> None:
    given = [a for a in small_company.vendor_answers if a.source == "intercom" and a.score is not None]
    answers = warehouse.ask("select survey, metric, scale, score, channel, submitted_at from fct_survey_answers")
    assert sorted((a["survey"], a["metric"], a["scale"], a["score"], a["channel"], a["submitted_at"]) for a in answers) == sorted(
        (a.survey_id, "csat", "1-5", a.score, a.channel, _naive(a.at)) for a in given
    )
    assert {answer.survey_id for answer in given} == {"conversation_rating", "ai_agent_rating"}
    asked = [i for i in small_company.vendor_invites if i.survey_id == "conversation_rating" and not i.is_refused]
    invites = warehouse.one("select count(*) as n, count(case when is_answered then 1 end) as answered from fct_survey_invites")
    assert (invites["n"], invites["answered"]) == (len(asked), sum(invite.responded_at is not None for invite in asked))


def test_the_bots_sessions_that_people_took_over_are_escalated(talks: list[SupportContact], warehouse: SmallWarehouse) -> None:
    """A hand-over is a session of the bot and a person's contact after it; the session counts as escalated."""
    found = warehouse.one("select count(*) as n from fct_contacts where is_bot and is_escalated_from_bot")["n"]
    cases = {contact.case_id for contact in talks if contact.person and contact.direction == "inbound" and not contact.is_bot}
    assert found >= len({contact.case_id for contact in talks if contact.is_bot and contact.person} & cases) > 0


def test_companies_teammates_and_teams_come_too(small_company: Company, home: Path) -> None:
    def count(stream: str) -> int:
        files = str(home / "validated" / "intercom" / stream / "*" / "validated.parquet")
        (found,) = duckdb.sql(f"select count(*) from read_parquet('{files}', union_by_name = true)").fetchone() or (0,)
        return int(found)

    assert (count("companies"), count("admins"), count("teams")) == (len(small_company.companies), 6, 3)
