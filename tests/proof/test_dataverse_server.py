"""odatapy answers what we ask of Dataverse: filters and orders are valid, pages are walked, changes come with their deletions."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pyarrow.parquet as pq
import pytest
import requests

from kuulo.landing.land_stream import land_stream
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.api_errors import BadCredentials
from kuulo.sources.dynamics365_reading import TableReading
from kuulo.sources.source import Column, Credentials, Window
from kuulo.validation.landing_gate import validate_source
from tests.conftest import CHECKOUT
from tests.landing.landings import WINDOW, typed_rows
from tests.sources.dataverse_environment import API, DATAVERSE, reading_of
from tests.still_time import StillTime

pytestmark = pytest.mark.proof

_PYTHON = Path(os.environ.get("KUULO_PROOF_PYTHON") or CHECKOUT / ".venv-proof" / "bin" / "python")
_START_SECONDS = 60.0  # usually 1; a busy machine is no failure
_EDM = {"timestamp": "Edm.DateTimeOffset", "int64": "Edm.Int64", "float64": "Edm.Double", "boolean": "Edm.Boolean"}
TABLES = [stream for stream in DATAVERSE.streams if isinstance(stream.reading, TableReading)]
NEXT_DAY = Window(WINDOW.end, datetime(2026, 1, 12, tzinfo=UTC))
HEADERS = {"Authorization": "Bearer canary-77", "Content-Type": "application/json"}


def _kind(column: Column, key: str) -> str:
    """The Edm type of a column: GUIDs for keys and lookups, as in Dataverse."""
    is_guid = column.path[0] == key or column.path[0].endswith("_value")
    return "Edm.Guid" if is_guid else _EDM.get(column.type, "Edm.String")


def _tables() -> dict[str, Any]:
    made = {}
    for stream in TABLES:
        reading = reading_of(stream)
        columns = {c.path[0]: _kind(c, reading.key) for c in stream.columns if c.at and "@" not in c.at}
        tracked = reading.logical_name == "incident"
        made[reading.entity_set] = {"logical_name": reading.logical_name, "key": reading.key, "columns": columns, "tracked": tracked}
    return made


def guid(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, str(number)))


@dataclass
class Dataverse:
    """The running server, as somebody who works with the environment sees it."""

    url: str
    knobs: dict[str, str] = field(default_factory=dict)

    def put(self, entity_set: str, **values: Any) -> None:
        """Make a row."""
        answer = requests.post(f"{self.url}{API}/{entity_set}", json=values, headers=HEADERS, timeout=30)
        assert answer.status_code == 201, answer.text

    def change(self, entity_set: str, identity: str, **values: Any) -> None:
        """Change a row."""
        answer = requests.patch(f"{self.url}{API}/{entity_set}({identity})", json=values, headers=HEADERS, timeout=30)
        assert answer.status_code in (200, 204), answer.text

    def delete(self, entity_set: str, identity: str) -> None:
        """Delete a row."""
        assert requests.delete(f"{self.url}{API}/{entity_set}({identity})", headers=HEADERS, timeout=30).status_code == 204

    def land(self, settings: Settings, stream: str, window: Window = WINDOW, cursor: str | None = None) -> list[LandingReceipt]:
        """Land a window of a stream, as a run would."""
        still, where = StillTime(), Credentials(base_url=self.url + API, secret="canary-77", extra=self.knobs)
        return land_stream(
            settings=settings, source=DATAVERSE, stream=DATAVERSE.stream(stream), window=window, run="run-1", clock=still.now,
            credentials=where, clocks=still.clocks, cursor=cursor,
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "odatapy did not start"
            assert time.monotonic() < until, "odatapy does not listen"
        else:
            return


@pytest.fixture
def dataverse(tmp_path: Path) -> Iterator[Dataverse]:
    if not _PYTHON.exists():
        pytest.skip(f"no odatapy in {_PYTHON}: `make test` sets it up where its packages can be had")
    tables, port = tmp_path / "tables.json", _free_port()
    tables.write_text(json.dumps(_tables()))
    command = [str(_PYTHON), str(Path(__file__).with_name("dataverse_server.py")), str(port), str(tables)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield Dataverse(f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def _row(stream: str, number: int, modified: str) -> dict[str, Any]:
    key = reading_of(DATAVERSE.stream(stream)).key
    case = {"_incidentid_value": guid(0)} if stream == "incident_resolutions" else {}
    return {key: guid(number), **case, "createdon": "2026-01-01T00:00:00Z", "modifiedon": modified, "versionnumber": number}


def test_every_request_is_valid_and_every_row_of_the_window_lands(dataverse: Dataverse, settings: Settings) -> None:
    dataverse.knobs = {"page_size": "2", "change_tracking": "none"}
    times = ("2026-01-09T23:54:59Z", "2026-01-09T23:55:00Z", "2026-01-10T12:00:00Z", "2026-01-10T12:00:00Z", "2026-01-10T23:59:59Z")
    for stream in TABLES:
        for number, at in enumerate((*times, "2026-01-11T00:00:00Z")):
            dataverse.put(reading_of(stream).entity_set, **_row(stream.name, number, at))
        receipts = dataverse.land(settings, stream.name)
        # The filter has a time without quotes, the order two columns; a page ends between two rows of one second.
        assert (receipts[-1].received, receipts[-1].pages) == (4, 2), stream.name
        found = [row[stream.primary_key[0]] for row in typed_rows(settings, DATAVERSE, stream.name)]
        assert sorted(found) == sorted(guid(number) for number in (1, 2, 3, 4)), stream.name
    receipts_by_stream = {r.stream: r for r in validate_source(settings=settings, source=DATAVERSE, run="run-1", clock=StillTime().now)}
    assert {stream.name: receipts_by_stream[stream.name].validated for stream in TABLES} == {stream.name: 4 for stream in TABLES}


def test_changes_and_deletions_come_by_the_delta_link(dataverse: Dataverse, settings: Settings) -> None:
    for number in range(5):
        dataverse.put("incidents", **_row("incidents", number, "2025-06-01T00:00:00Z"), title=f"case {number}")
    first = dataverse.land(settings, "incidents")
    assert first[-1].received == 5
    assert {row["full_read_at"] for row in typed_rows(settings, DATAVERSE, "incidents")} == {WINDOW.end.replace(tzinfo=None)}
    dataverse.change("incidents", guid(1), title="changed", modifiedon="2026-01-11T08:00:00Z")
    dataverse.delete("incidents", guid(2))
    dataverse.put("incidents", **_row("incidents", 7, "2026-01-11T09:00:00Z"), title="new")
    dataverse.put("incidents", **_row("incidents", 8, "2026-01-11T09:00:00Z"), title="came and went")
    dataverse.delete("incidents", guid(8))
    own = Settings(home=settings.home / "next")
    second = dataverse.land(own, "incidents", NEXT_DAY, first[-1].cursor)
    assert second[-1].received == 4
    rows = {row["incident_id"]: row for row in _rows_of(own, NEXT_DAY)}
    assert {identity: row["title"] for identity, row in rows.items() if not row["is_deleted"]} == {guid(1): "changed", guid(7): "new"}
    assert {identity for identity, row in rows.items() if row["is_deleted"]} == {guid(2), guid(8)}
    third = dataverse.land(Settings(home=settings.home / "third"), "incidents", NEXT_DAY, second[-1].cursor)
    assert third[-1].received == 0
    (receipt,) = [r for r in validate_source(settings=own, source=DATAVERSE, run="run-1", clock=StillTime().now) if r.stream == "incidents"]
    assert (receipt.validated, receipt.quarantined) == (4, {})  # a tombstone obeys the contract


def _rows_of(settings: Settings, window: Window) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(settings.landing / "dynamics365" / "incidents" / window.batch / "typed.parquet").to_pylist()
    return rows


def test_resuming_behind_every_page_gives_the_rows_of_one_reading(dataverse: Dataverse, settings: Settings) -> None:
    dataverse.knobs = {"page_size": "3"}
    for number in range(10):
        dataverse.put("emails", **_row("emails", number, "2026-01-10T12:00:00Z"))
    receipts = dataverse.land(settings, "emails")
    assert (receipts[-1].received, receipts[-1].pages) == (10, 4)
    found = [row["email_id"] for row in typed_rows(settings, DATAVERSE, "emails")]
    assert found == sorted(found)  # one second: the key decides
    assert len(set(found)) == 10


def test_a_wrong_token_and_an_unknown_column_are_refused(dataverse: Dataverse, settings: Settings) -> None:
    listed = f"{dataverse.url}{API}/incidents"
    quoted = requests.get(listed, params={"$filter": "modifiedon ge '2026-01-01T00:00:00Z'"}, headers=HEADERS, timeout=30)
    unknown = requests.get(listed, params={"$select": "incidentid,nosuchcolumn"}, headers=HEADERS, timeout=30)
    assert (quoted.status_code, unknown.status_code) == (400, 400)  # so that the 200 of the tests above means something
    where = Credentials(base_url=dataverse.url + API, secret="wrong")
    with pytest.raises(BadCredentials, match=r"the secret is refused \(401\)"):
        land_stream(
            settings=settings, source=DATAVERSE, stream=DATAVERSE.stream("queues"), window=WINDOW, run="run-1", clock=StillTime().now,
            credentials=where,
        )  # fmt: skip
