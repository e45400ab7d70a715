"""A small installation: Zendesk's tickets and users from a scripted account, a CRM file and shop rows; and its bytes, unpacked."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import zstandard

from kuulo.landing.land_inbox import land_inbox
from kuulo.settings import Settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.zendesk import ZENDESK
from kuulo.suppression.suppression_list import SuppressionList, hashed, suppress, suppression_key
from kuulo.validation.landing_gate import validate_source
from tests.landing.landings import land
from tests.loopback_server import in_order
from tests.sources.zendesk_account import export, ticket

PERSON = ("email:gone.ada@x.example", "company:K-000777", "zendesk:360000000777")
NEEDLES = (b"gone.ada", b"K-000777", b"360000000777", b"Ada Gone", b"85007771", b"it hums all night")
USERS = (
    {"id": 360000000001, "role": "end-user", "email": "bo@x.example", "external_id": "K-000001", "name": "Bo"},
    {"id": 360000000777, "role": "end-user", "email": "Gone.Ada@x.example", "external_id": "K-000777", "name": "Ada Gone"},
)
TICKETS = (
    ticket(85000001, 1_767_400_000, requester_id=360000000001, subject="About lamps", collaborator_ids=[360000000777]),
    ticket(85007771, 1_767_400_001, requester_id=360000000777, subject="Ada Gone asks"),
)
FEED = "stream: survey_answers\ncolumns: {response_id: id, submitted_at: at, customer_id: customer, email: mail, comment: text}\n"
FEED += 'questions:\n  score: {question_id: recommend, metric: nps, scale: "0-10"}\n'
ANSWERS = (
    "id,at,customer,mail,text,score\n"
    "1,2026-01-03,K-000001,bo@x.example,fine,9\n"
    "2,2026-01-04,K-000777,gone.ada@x.example,it hums all night,2\n"
    "3,2026-01-05,,GONE.ADA@x.example ,worse,11\n"
    "4,2026-01-05,K-000777,,no score,\n"
    "5,2026-01-06,K-000002,cy@x.example,thank gone.ada@x.example for me,8\n"
)


def now() -> datetime:
    """The clock of landings and judgements."""
    return datetime(2026, 2, 1, tzinfo=UTC)


def user(record: dict[str, Any]) -> dict[str, Any]:
    """A user as the export shows it."""
    return {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z", **record}


def land_zendesk(settings: Settings, *, run: str = "run-1", refresh: bool = False) -> None:
    """Land and judge users, tickets and their events."""
    events = [
        {"id": number, "ticket_id": number, "metric": "reply_time", "type": "activate", "instance_id": 1, "time": "2026-01-03T00:00:00Z"}
        for number in (85000001, 85007771)
    ]
    for stream, reply in (
        ("ticket_metric_events", export("ticket_metric_events", *events)),
        ("tickets", export("tickets", *TICKETS)),
        ("users", export("users", *map(user, USERS))),
    ):
        land(settings, ZENDESK, stream, in_order(reply), run=run, refresh=refresh)
    validate_source(settings=settings, source=ZENDESK, run=run, clock=now)


def land_files(settings: Settings, run: str = "run-1") -> None:
    """Lay the file into the inbox, take it in and judge it."""
    folder = settings.inbox / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feed.yml").write_text(FEED)
    (folder / "answers.csv").write_text(ANSWERS)
    land_inbox(settings=settings, run=run, clock=now)
    validate_source(settings=settings, source=SOURCES["files"], run=run, clock=now)


def suppressed(settings: Settings) -> SuppressionList:
    """The list with the person on it."""
    key = suppression_key(settings)
    suppress(settings, [hashed(key, node) for node in PERSON], "test")
    found = SuppressionList.read(settings)
    assert found is not None
    return found


def _bytes_of(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.suffix == ".zst":
        yield zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    if path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())
    if path.suffix == ".parquet":
        yield repr(pq.read_table(path).to_pydict()).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
            for schema, table in connection.execute(tables).fetchall():
                yield repr(connection.execute(f'select * from "{path.stem}"."{schema}"."{table}"').fetchall()).encode()


def files_that_hold(home: Path, needles: tuple[bytes, ...], *, but: tuple[str, ...] = ("inbox", "sandbox")) -> dict[str, bytes]:
    """Every file below the home, packed or not, that holds one of the needles, with the needle."""
    found = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in but):
        for text in _bytes_of(path):
            for needle in needles:
                if needle.lower() in text.lower():
                    found[str(path.relative_to(home))] = needle
    return found


def rows_of(settings: Settings, where: str) -> list[dict[str, Any]]:
    """The validated rows of a stream."""
    return [row for path in sorted(settings.validated.glob(f"{where}/*/validated.parquet")) for row in pq.read_table(path).to_pylist()]
