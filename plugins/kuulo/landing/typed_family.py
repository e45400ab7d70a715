"""A stream's pages typed into the stream itself and into every stream that is made of the same pages, in one pass."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from kuulo.landing.arrow_pages import ArrowPages
from kuulo.landing.declaration import declaration_hash
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.typed_rows import TypedCounts, TypedWriter
from kuulo.settings import Settings
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.page_json import decode_page, value_at
from kuulo.sources.source import Source, Stream, Window


@dataclass(frozen=True)
class Family:
    """A stream that is read, and those that are made of its pages; the stream itself comes last, as its receipt does."""

    settings: Settings
    source: Source
    base: Stream
    window: Window

    @property
    def streams(self) -> list[Stream]:
        """The made streams, then the read one."""
        return [*(stream for stream in self.source.streams if stream.pages_of == self.base.name), self.base]

    @property
    def batch(self) -> str:
        """The folder that the batch lies in, below each stream's."""
        return self.window.batch

    def declaration(self, stream: Stream) -> str:
        """Hash of all that decides the stream's typed rows."""
        return declaration_hash(stream)

    @property
    def is_plain(self) -> bool:
        """Whether pages can go to Arrow without their records being looked at one by one."""
        return len(self.streams) == 1 and ArrowPages.fits(self.base)

    def place(self, stream: Stream) -> BatchPlace:
        """Where the stream's batch lies."""
        return BatchPlace(self.settings, self.source.name, stream.name, self.batch)


class _Strange:
    """A record that rows_of could not read; the typed rows refuse it with a reason."""

    def __init__(self, record: Any, reason: str) -> None:
        self.record, self.reason = record, reason


def _rows(stream: Stream, records: list[Any], parent: dict[str, str]) -> Iterator[Any]:
    if stream.rows_of is None:
        yield from records
        return
    for record in records:
        try:
            yield from list(stream.rows_of(record, parent)) if isinstance(record, dict) else [record]
        except (AttributeError, KeyError, TypeError, ValueError) as why:
            yield _Strange(record, f"the record is built otherwise than known ({type(why).__name__})")


@dataclass(frozen=True)
class RawPage:
    """A page to be typed; `document` is its JSON where it has been read already."""

    number: int
    body: bytes
    records_at: str
    parent: dict[str, str]
    document: Any = None


class TypedFamily:
    """Writers of all the family's typed rows; use it in a `with`.

    Attributes:
        pages: how many are typed.
    """

    pages = 0

    def __init__(self, family: Family, landed_at: datetime) -> None:
        self._family, self._stack = family, ExitStack()
        self._writers = {
            stream.name: TypedWriter(place=family.place(stream), stream=stream, window=family.window, landed_at=landed_at)
            for stream in family.streams
        }
        self._arrow = ArrowPages(family.base) if family.is_plain else None

    def take(self, pages: Sequence[RawPage]) -> None:
        """Type the pages that come next, all at once if they are plain."""
        if self._taken_at_once(pages):
            return
        for page in pages:
            if len(pages) == 1 or not self._taken_at_once([page]):
                self._take_records(page)
                self.pages += 1

    def _taken_at_once(self, pages: Sequence[RawPage]) -> bool:
        if self._arrow is None or len({page.records_at for page in pages}) != 1:
            return False
        typed = self._arrow.table([page.body for page in pages], pages[0].records_at)
        if typed is None:
            return False
        table, counts = typed
        self._writers[self._family.base.name].write_table(table, [(page.number, n) for page, n in zip(pages, counts, strict=True)])
        self.pages += len(pages)
        return True

    def _take_records(self, page: RawPage) -> None:
        try:
            records = value_at(decode_page(page.body) if page.document is None else page.document, page.records_at)
        except ValueError:
            raise SourceContractBroken(f"{self._family.source.name}/{self._family.base.name}, page {page.number}: not JSON") from None
        for stream in self._family.streams:
            writer = self._writers[stream.name]
            for row in _rows(stream, records, page.parent):
                if isinstance(row, _Strange):
                    writer.refuse(row.record, "typed:record", row.reason)
                else:
                    writer.write_rows((row,), page.number)

    def close(self) -> dict[str, TypedCounts]:
        """Put every file in place; the accounts by stream."""
        return {name: writer.close() for name, writer in self._writers.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, failure: BaseException | None, trace: object) -> None:
        for writer in self._writers.values():
            if failure is not None:
                writer.abandon(failure)
