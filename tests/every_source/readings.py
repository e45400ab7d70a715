"""Reading any source from the sandbox company: the same call for all of them, the rows as values that can be compared."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kuulo.landing.land_stream import land_stream
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.sandbox.company import Company, generate_company
from kuulo.sandbox.dialects import DIALECTS, Spoken
from kuulo.sandbox.history import AS_OF, HISTORY_START
from kuulo.sandbox.server import SandboxServer
from kuulo.settings import Settings
from kuulo.sources.api_session import Time
from kuulo.sources.catalog import SOURCES
from kuulo.sources.manners import DEFAULT_LIMITS, Limits
from kuulo.sources.source import Credentials, Source, Window
from tests.still_time import StillTime

WHOLE = Window(HISTORY_START, AS_OF)
CUSTOMERS = 60
# Columns that tell of the reading and nothing of the record: lineage, and how far a reading saw.
OF_THE_READING = {
    *("_batch", "_window_start", "_window_end", "_landed_at", "_page", "_position"),
    *("full_read_at", "read_until", "seen_at", "scroll"),
}
UNTYPED = 0  # in the place of the page's number, which rows without types do not tell
Rows = dict[str, list[str]]


@dataclass(frozen=True)
class Read:
    """What landed: by stream the page and the JSON text of each row, sorted by text, and the receipts, the stream's own last."""

    paged: dict[str, list[tuple[str, int]]]
    receipts: list[LandingReceipt]

    @property
    def rows(self) -> Rows:
        """The rows."""
        return {stream: [row for row, _ in rows] for stream, rows in self.paged.items()}

    def typed(self, *, but_page: int = UNTYPED) -> Rows:
        """The typed rows of all pages, or of all but one."""
        return {stream: [row for row, page in rows if page not in (UNTYPED, but_page)] for stream, rows in self.paged.items()}

    @property
    def distinct(self) -> dict[str, set[str]]:
        """The rows without exact duplicates, which validation drops."""
        return {stream: set(rows) for stream, rows in self.rows.items()}


@cache
def company() -> Company:
    """The small company of all tests of a process."""
    return generate_company(customers=CUSTOMERS)


@cache
def sandbox() -> SandboxServer:
    """Its server, which ends with the process.

    A minute goes by between two looks at its clock: readings sleep on clocks of their own, so that by the machine's the limits and
    scrolls of one test would be in the way of the next.
    """
    return SandboxServer(company(), now=map(float, count(1_788_220_800, 61)).__next__)


@contextmanager
def small_pages(size: int, server: SandboxServer | None = None) -> Iterator[None]:
    """Let the vendors give fewer records a page than are asked for."""
    reception = (server or sandbox()).reception
    reception.page_size = size
    try:
        yield
    finally:
        reception.page_size = 0


def spoken(source: str) -> Spoken:
    """How the sandbox speaks as the source."""
    return next(each for each in DIALECTS if each.source == source)


def credentials(source: str, server: SandboxServer | None = None, **changed: Any) -> Credentials:
    """What a connection to the sandbox says."""
    told, server = spoken(source), server or sandbox()
    extra = {name: value.format(address=server.url) for name, value in told.extra.items()}
    usual: dict[str, Any] = {"base_url": server.url_of(source), "secret": told.secret, "login": told.login}
    return Credentials(**{**usual, **changed, "extra": {"pace": "1000", **extra, **changed.get("extra", {})}})


@dataclass
class Desk:
    """One installation in which a stream is read."""

    source: Source
    stream: str
    settings: Settings
    still: StillTime = field(default_factory=StillTime)

    def read(
        self,
        window: Window = WHOLE,
        *,
        limits: Limits = DEFAULT_LIMITS,
        clocks: Time | None = None,
        asked_as: Credentials | None = None,
        cursor: str | None = None,
        refresh: bool = False,
        run: str = "run-1",
    ) -> Read:
        """Land the window."""
        receipts = land_stream(
            settings=self.settings, source=self.source, stream=self.source.stream(self.stream), window=window, run=run, cursor=cursor,
            clock=self.still.now, credentials=asked_as or credentials(self.source.name), limits=limits, clocks=clocks or self.still.clocks,
            refresh=refresh,
        )  # fmt: skip
        return Read({receipt.stream: self._rows(receipt.stream, window) for receipt in receipts}, receipts)

    def _rows(self, stream: str, window: Window) -> list[tuple[str, int]]:
        place = BatchPlace(self.settings, self.source.name, stream, window.batch)
        return sorted(
            (json.dumps({n: v for n, v in row.items() if n not in OF_THE_READING}, default=str, sort_keys=True), row.get("_page", UNTYPED))
            for path in (place.typed, place.untyped)
            if path.exists()
            for row in pq.read_table(path).to_pylist()
        )

    def has_landed(self, window: Window = WHOLE) -> bool:
        """Whether a receipt says that the window is whole."""
        return BatchPlace(self.settings, self.source.name, self.stream, window.batch).landing_receipt.exists()


@contextmanager
def desk(source: str, stream: str) -> Iterator[Desk]:
    """A new installation."""
    with tempfile.TemporaryDirectory() as home:
        yield Desk(SOURCES[source], stream, Settings(home=Path(home)))


def differences(rows: Rows, good: Rows) -> list[str]:
    """What is missing and what is too much, some of it, for messages."""
    found = []
    for stream, wanted in good.items():
        missing, extra = Counter(wanted), Counter(rows.get(stream, []))
        missing.subtract(extra)
        found += [f"{stream}: {count:+d} of {row[:200]}" for row, count in missing.items() if count]
    return found[:5]


@cache
def truth(source: str, stream: str) -> Read:
    """What a reading without any fault gives, at the vendor's own size of pages."""
    with desk(source, stream) as own:
        return own.read()


def sources_of_apis() -> list[Source]:
    """Every source that speaks an API and that the sandbox can play."""
    played = {each.source for each in DIALECTS}
    return [source for source in SOURCES.values() if source.manners is not None and source.name in played]
