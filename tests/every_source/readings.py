"""Reading any source from the sandbox company: the same call for all of them, the rows as values that can be compared."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kuulo.landing.land_stream import land_stream
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt
from kuulo.sandbox.company import generate_company
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
# Of one reading and nothing that a record says.
_OF_THE_READING = ("_batch", "_window_start", "_window_end", "_landed_at", "_page", "_position")

Rows = dict[str, list[str]]


@dataclass(frozen=True)
class Read:
    """What landed: by stream the rows as sorted JSON texts, and the receipts, the stream's own last."""

    rows: Rows
    receipts: list[LandingReceipt]

    @property
    def distinct(self) -> dict[str, set[str]]:
        """The rows without exact duplicates, which validation drops."""
        return {stream: set(rows) for stream, rows in self.rows.items()}


@cache
def sandbox() -> SandboxServer:
    """One small company for all tests of a process; it ends with the process."""
    return SandboxServer(generate_company(customers=CUSTOMERS))


@contextmanager
def small_pages(size: int) -> Iterator[None]:
    """Let the vendors give fewer records a page than are asked for."""
    sandbox().reception.page_size = size
    try:
        yield
    finally:
        sandbox().reception.page_size = 0


def spoken(source: str) -> Spoken:
    """How the sandbox speaks as the source."""
    return next(each for each in DIALECTS if each.source == source)


def credentials(source: str, **changed: Any) -> Credentials:
    """What a connection to the sandbox says."""
    told = spoken(source)
    extra = {name: value.format(address=sandbox().url) for name, value in told.extra.items()}
    usual: dict[str, Any] = {"base_url": sandbox().url_of(source), "secret": told.secret, "login": told.login}
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

    def _rows(self, stream: str, window: Window) -> list[str]:
        place = BatchPlace(self.settings, self.source.name, stream, window.batch)
        return sorted(
            json.dumps({name: value for name, value in row.items() if name not in _OF_THE_READING}, default=str, sort_keys=True)
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
