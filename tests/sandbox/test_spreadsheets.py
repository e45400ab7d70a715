"""The exports land through the inbox as what they were made from."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from kuulo.landing.land_inbox import land_inbox
from kuulo.sandbox.company import generate_company
from kuulo.sandbox.spreadsheets import EXPORTS, lay_inbox
from kuulo.settings import Settings


def _bytes(inbox: Path) -> dict[str, bytes]:
    return {str(path.relative_to(inbox)): path.read_bytes() for path in sorted(inbox.glob("*/*"))}


@pytest.fixture(scope="module")
def landed(small_company, tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    lay_inbox(small_company, settings.inbox)
    outcome = land_inbox(settings=settings, run="test", clock=lambda: datetime(2026, 9, 1, tzinfo=UTC))
    assert [file.status for file in outcome.files] == ["landed"] * len(EXPORTS)
    return settings


def _rows(settings: Settings, stream: str) -> list[dict]:
    files = sorted((settings.landing / "files" / stream).glob("*/typed.parquet"))
    return [row for file in files for row in parquet.read_table(file).to_pylist()]


def _naive(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=None) if at else None


def test_laying_again_touches_nothing(small_company, tmp_path):
    lay_inbox(small_company, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    folders = lay_inbox(small_company, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert [folder.name for folder in folders] == [export.feed for export in EXPORTS]


def test_what_somebody_changed_is_laid_anew_and_the_rest_is_left_alone(small_company, tmp_path):
    lay_inbox(small_company, tmp_path)
    before, others = _bytes(tmp_path), {path: path.stat().st_ino for path in tmp_path.glob("*/*") if path.name != "invites.tsv"}
    (tmp_path / "sandbox_invites" / "invites.tsv").write_text("spoilt")
    lay_inbox(small_company, tmp_path)
    assert _bytes(tmp_path) == before
    assert {path: path.stat().st_ino for path in others} == others


def test_another_company_replaces_the_first(tmp_path):
    lay_inbox(generate_company(1, 50), tmp_path)
    first = _bytes(tmp_path)
    lay_inbox(generate_company(2, 50), tmp_path)
    assert {name for name, content in _bytes(tmp_path).items() if content == first[name]} == {n for n in first if n.endswith("feed.yml")}


def test_contacts_land_as_they_took_place(small_company, landed):
    found = {row["contact_id"]: row for row in _rows(landed, "contacts")}
    made = [contact for contact in small_company.contacts if contact.system in ("phone", "chat") and not contact.is_refused]
    assert found.keys() == {contact.contact_id for contact in made}
    same = ("channel", "topic", "direction", "is_abandoned", "is_bot", "reopen_count", "team", "customer_id", "case_id")
    spans = ("wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds")
    for contact in made:
        row = found[contact.contact_id]
        assert {name: row[name] for name in (*same, *spans)} == {name: getattr(contact, name) for name in (*same, *spans)}
        assert (row["opened_at"], row["first_reply_at"]) == (_naive(contact.opened_at), _naive(contact.first_reply_at))
        assert bool(row["is_resolved"]) == bool(contact.is_resolved)


def test_subscriptions_land_to_the_cent_and_the_second(small_company, landed):
    found = {row["subscription_id"]: row for row in _rows(landed, "subscriptions")}
    billed = [made for made in small_company.subscriptions if made.biller == "billing"]
    assert len(found) == len(billed) < len(small_company.subscriptions)
    for made in billed:
        row = found[made.subscription_id]
        assert (round(row["mrr"] * 100), row["plan"], row["cancel_kind"]) == (made.mrr_cents, made.plan, made.cancel_kind)
        assert (row["started_at"], row["ended_at"]) == (_naive(made.started_at), _naive(made.ended_at))


def test_invites_land_and_repeat_where_they_are_said_to(small_company, small_truth, landed):
    rows = _rows(landed, "survey_invites")
    assert len(rows) == len(small_company.invites) + small_truth.duplicates["files/survey_invites"]
    responded = {row["response_id"] for row in rows if row["responded_at"]}
    assert responded == {invite.response_id for invite in small_company.invites if invite.response_id}
    assert responded <= {response.uuid for response in small_company.responses}


def test_customers_land_with_what_billing_knows_of_them(small_company, small_truth, landed):
    rows = _rows(landed, "customers")
    numbers = [number for person in small_company.people for number in person.customer_ids]
    assert {row["customer_id"] for row in rows} == set(numbers)
    assert len(rows) == len(numbers) + small_truth.duplicates["files/customers"]
    assert {row["segment"] for row in rows} == {None}


def test_usage_lands(small_company, landed):
    assert len(_rows(landed, "usage_events")) == sum(not event.is_in_database for event in small_company.usage)
