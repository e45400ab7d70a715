"""The company's database lands through source `database` as what it was made from, and what quarantine must hold is in it."""

from datetime import UTC, datetime
from functools import partial

import pytest
from pyarrow import parquet

from kuulo.landing.land_table import land_table
from kuulo.orchestration.database_connections import database_of
from kuulo.orchestration.sandbox_process import connect_to_sandbox_database
from kuulo.sandbox.database_file import CONNECTION, DECLARATIONS, database_file, lay_database
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.truth import truth_of
from kuulo.settings import Settings
from kuulo.sources.canonical import DATABASE
from kuulo.sources.database.read_declaration import declaration_names, read_declaration
from kuulo.sources.source import Window
from kuulo.validation.landing_gate import validate_source


def _now() -> datetime:
    return datetime(2026, 9, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def receipts(small_company, tmp_path_factory):
    """Validation receipts by stream, and the settings of the home."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    lay_database(small_company, settings.home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", "")
        connect_to_sandbox_database(settings)
        land = partial(land_table, settings=settings, source=DATABASE, run="test", clock=_now)
        for name in declaration_names(settings):
            declared = read_declaration(settings, name)
            land(declared=declared, window=Window(HISTORY_START, AS_OF), database=database_of(declared))
    found = validate_source(settings=settings, source=DATABASE, run="test", clock=_now)
    return settings, {receipt.stream: receipt for receipt in found}


def _rows(settings: Settings, stream: str) -> list[dict]:
    [file] = (settings.validated / "database" / stream).glob("*/validated.parquet")
    return parquet.read_table(file).to_pylist()


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def test_every_row_comes_in_or_is_refused_as_the_truth_says(small_company, receipts):
    _, by_stream = receipts
    truth = truth_of(small_company).quarantined
    assert set(by_stream) == {"orders", "usage_events"}
    for stream, rows in (("orders", small_company.orders), ("usage_events", [e for e in small_company.usage if e.is_in_database])):
        receipt = by_stream[stream]
        assert (receipt.status, receipt.received, receipt.duplicates) == ("validated", len(rows), 0)
        assert sum(receipt.quarantined.values()) == truth[f"database/{stream}"] > 0


def test_orders_are_the_companys(small_company, receipts):
    settings, _ = receipts
    good = [order for order in small_company.orders if not order.is_refused]
    assert {
        row["order_id"]: (row["customer_id"], row["email"], row["ordered_at"], row["amount"], row["currency"], row["status"])
        for row in _rows(settings, "orders")
    } == {
        order.order_id: (
            order.customer_id, order.email and order.email.strip(), _naive(order.ordered_at), order.amount_cents / 100, "EUR", order.status
        )
        for order in good
    }  # fmt: skip
    by_mail_alone = [order for order in good if order.customer_id is None]
    assert len(by_mail_alone) > 5
    assert any(order.status == "abandoned" for order in by_mail_alone)


def test_events_of_the_database_are_not_in_the_export_and_none_is_lost(small_company, receipts):
    settings, _ = receipts
    good = [event for event in small_company.usage if event.is_in_database and not event.is_refused]
    assert {row["event_id"]: (row["customer_id"], row["event_name"], row["occurred_at"]) for row in _rows(settings, "usage_events")} == {
        event.event_id: (event.customer_id, event.event_name, _naive(event.occurred_at)) for event in good
    }
    share = sum(event.is_in_database for event in small_company.usage) / len(small_company.usage)
    assert 0.4 < share < 0.6


def test_laying_again_touches_nothing_and_mends_what_somebody_changed(small_company, tmp_path):
    lay_database(small_company, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in before} == {"kajo.sqlite", *(f"{name}.yml" for name in DECLARATIONS)}
    lay_database(small_company, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    database_file(tmp_path).write_text("spoilt")
    lay_database(small_company, tmp_path)
    assert database_file(tmp_path).read_bytes()[:15] == b"SQLite format 3"
