"""Land one window of a declared table or query: keep its rows as they were read, type them, write the receipt last."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.behind import Behind
from kuulo.landing.family_receipts import Circumstances, is_whole, landed_before, write_receipts
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.page_store import KeptPage, PageStore
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt
from kuulo.landing.refreshed import aside_for, bring_in
from kuulo.landing.table_rows import TableFamily, TypedTable
from kuulo.landing.typed_family import RawPage
from kuulo.settings import Settings
from kuulo.sources.api_errors import RetryLater
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.engines import Database
from kuulo.sources.database.read_table import Reached, TableReading, reached
from kuulo.sources.source import Source, Window
from kuulo.suppression.landing_screen import table_filter

Clock = Callable[[], datetime]


class OtherRowsAsked(KuuloError):
    """What was kept of a window does not answer what its declaration asks for today."""

    def __init__(self, declared: Declaration) -> None:
        super().__init__(f"{declared.where} asks for other rows than were kept: start extract_database with window_start and window_end")


def _alone(folder: Path, declared: Declaration) -> AbstractContextManager[int]:
    busy = RetryLater(f"{declared.where}, batch {folder.name}: another run is landing it; run it again when that has ended")
    return one_at_a_time(folder.parent / f".{folder.name}.lock", busy=busy)


def land_table(
    *,
    settings: Settings,
    source: Source,
    declared: Declaration,
    window: Window,
    database: Database,
    run: str,
    clock: Clock,
    refresh: bool = False,
) -> LandingReceipt:
    """Land a declaration's window; the receipt.

    Idempotent: a window that has landed is not read again (unless `refresh`), a half-read one goes on behind the pages that
    are there, and one whose columns are mapped otherwise now is typed again from its pages. What is read again (a refresh, a
    declaration that asks for other rows, the next reading of a whole table) is read aside: what has landed stays until all of
    the new is there.

    Raises:
        RetryLater: the database is away or busy; what was read is kept.
        BadCredentials: the connection's user is refused, or may not read this.
        SourceContractBroken: what is declared does not fit what the database has.
    """
    family = TableFamily(settings, source, declared.feed.stream, window, declared)
    with _alone(family.place(family.base).landing, declared):
        was_refreshed, receipt = bring_in(family), read_landing_receipt(family.place(family.base))
        reads_again = receipt is not None and (refresh or _is_older(family, receipt, window))
        if receipt and was_refreshed and receipt.run == run:
            reads_again = False
        if receipt and receipt.declaration == declared.hash and not reads_again:
            return receipt
        own = aside_for(family, run) if reads_again else family
        landed = _Landing(own, database, run, clock).receipt()
        if reads_again:
            bring_in(family)
        return landed


def replay_table(*, settings: Settings, source: Source, declared: Declaration, window: Window, run: str, clock: Clock) -> LandingReceipt:
    """Type a landed window's pages again by today's declaration, without asking the database; the receipt.

    They landed when they landed: rows that have not come again must not look newer than those of later windows.

    Raises:
        KuuloError: the window has not landed whole, or today's declaration asks for other rows than were kept.
    """
    family = TableFamily(settings, source, declared.feed.stream, window, declared)
    place = family.place(family.base)
    with _alone(place.landing, declared):
        bring_in(family)
        with closing(PageStore(place.landing)) as store:
            pages = store.whole_pages()
        if not is_whole(family, pages):
            raise KuuloError(f"{declared.where}, batch {place.batch}: it has not landed whole: start extract_database with its window")
        if not _answers(pages, declared):
            raise OtherRowsAsked(declared)
        return _Landing(family, None, run, clock).receipt()


def _answers(pages: list[KeptPage], declared: Declaration) -> bool:
    """Whether the pages were read as the declaration asks today."""
    return bool(pages) and pages[-1].reading == declared.reading_hash


def _is_older(family: TableFamily, receipt: LandingReceipt, window: Window) -> bool:
    """Whether what has landed no longer answers: a whole table of an earlier day, or rows that other rules asked for."""
    if family.declared.full and receipt.window_end < window.end:
        return True
    with closing(PageStore(family.place(family.base).landing)) as store:
        return not _answers(store.whole_pages(), family.declared)


@dataclass(frozen=True)
class _Landing:
    """One batch's way from the database to its receipt; without a database what is there is whole."""

    family: TableFamily
    database: Database | None
    run: str
    clock: Clock

    def receipt(self) -> LandingReceipt:
        """Read what is missing, type all, and write the receipt."""
        family = self.family
        with closing(PageStore(family.place(family.base).landing)) as store:
            started, pages = self.clock(), self._usable_pages(store)
            landed_at = landed_before(family, pages) or started
            with TypedTable(family, landed_at) as typing:
                for kept in pages:
                    typing.take([RawPage(kept.number, store.body(kept), kept.records_at, kept.parent)])
                if not is_whole(family, pages):
                    self._read(store, typing, pages)
                counts = typing.close()
            told = Circumstances(run=self.run, note="", landed_at=landed_at, finished_at=landed_at + (self.clock() - started))
            return write_receipts(family, pages, counts, told)[-1]

    def _usable_pages(self, store: PageStore) -> list[KeptPage]:
        """The whole pages of an earlier reading of the same rules; a whole table that was half read is read again, as one snapshot."""
        pages = store.whole_pages()
        is_torn = not is_whole(self.family, pages) and self.family.declared.full
        if is_torn or not _answers(pages, self.family.declared):
            pages = []
        store.discard_all_but(pages)
        return pages

    def _read(self, store: PageStore, typing: TypedTable, pages: list[KeptPage]) -> None:
        declared = self.family.declared
        assert self.database is not None
        reading = TableReading(declared, self.database, self.family.window)
        since, allowed = _reached(store, pages), table_filter(self.family.settings, declared)
        with Behind(store, typing, pages) as behind:
            for number, page in enumerate(reading.pages(since), len(pages) + 1):
                behind.hand_over(number, allowed(page), declared.reading_hash, [])
        store.sync(pages)


def _reached(store: PageStore, pages: list[KeptPage]) -> Reached | None:
    if not pages or pages[-1].next is None:
        return None
    return reached(pages[-1].next, _bodies(store, pages))


def _bodies(store: PageStore, pages: list[KeptPage]) -> Iterator[bytes]:
    return (store.body(kept) for kept in reversed(pages))
