"""Land one window of a declared table or query: keep its rows as they were read, type them, write the receipt last."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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


def _is_older(family: TableFamily, receipt: LandingReceipt, window: Window) -> bool:
    """Whether what has landed no longer answers: a whole table of an earlier day, or rows that other rules asked for."""
    if family.declared.full and receipt.window_end < window.end:
        return True
    with closing(PageStore(family.place(family.base).landing)) as store:
        pages = store.whole_pages()
    return not pages or pages[-1].reading != family.declared.reading_hash


@dataclass(frozen=True)
class _Landing:
    """One batch's way from the database to its receipt."""

    family: TableFamily
    database: Database
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
        if pages and (is_torn or pages[-1].reading != self.family.declared.reading_hash):
            pages = []
        store.discard_all_but(pages)
        return pages

    def _read(self, store: PageStore, typing: TypedTable, pages: list[KeptPage]) -> None:
        declared = self.family.declared
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
