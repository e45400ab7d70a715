"""Land one stream's window: ask for its pages, keep them as they came, type their rows, write the receipt last."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kuulo.crash_points import crash_point
from kuulo.errors import KuuloError
from kuulo.landing.behind import Behind
from kuulo.landing.disk_room import disk_room
from kuulo.landing.family_receipts import Circumstances, is_whole, landed_before, landed_receipts, noted, write_receipts
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.page_store import KeptPage, PageStore
from kuulo.landing.receipt import LandingReceipt
from kuulo.landing.refreshed import aside_for, bring_in, drop_aside
from kuulo.landing.typed_family import Family, RawPage, TypedFamily
from kuulo.settings import Settings
from kuulo.sources.api_errors import RetryLater, SourceContractBroken
from kuulo.sources.api_session import ApiSession, Time
from kuulo.sources.asker import Asker
from kuulo.sources.manners import DEFAULT_LIMITS, Limits
from kuulo.sources.source import Credentials, Source, Stream, Window
from kuulo.suppression.landing_screen import page_filter

Clock = Callable[[], datetime]


def _alone(folder: Path) -> AbstractContextManager[int]:
    """One process at a time lands a batch; the lock lies beside its folder, which a refresh replaces."""
    busy = RetryLater(f"{folder.parent.name}, batch {folder.name}: another run is landing it; run it again when that has ended")
    return one_at_a_time(folder.parent / f".{folder.name}.lock", busy=busy)


def _reading_hash(stream: Stream) -> str:
    return hashlib.sha256(repr(stream.reading).encode()).hexdigest()


def _read_on(family: Family, store: PageStore, typing: TypedFamily, pages: list[KeptPage], asker: Asker) -> None:
    """Read from behind the pages that are there, keeping and typing each page before the next one is asked for.

    Of erased people nothing is kept, not even for a moment.
    """
    assert family.base.reading is not None  # land_stream has looked
    for kept in pages:
        asker.remember(kept.ask)
    reading_hash = _reading_hash(family.base)
    allowed = page_filter(family.settings, family.source.name, family.streams)
    with Behind(store, typing, pages) as behind:
        for page in family.base.reading.pages(asker, pages[-1].next if pages else None):
            behind.hand_over(asker.page, allowed(page), reading_hash, list(asker.notes), asker.left)
            asker.page += 1


def _type_again(typing: TypedFamily, store: PageStore, pages: list[KeptPage]) -> None:
    for kept in pages:
        typing.take([RawPage(kept.number, store.body(kept), kept.records_at, kept.parent)])


def _family(settings: Settings, source: Source, stream: Stream, window: Window) -> Family:
    if stream.reading is None:
        whole = f"it is made of the pages of {stream.pages_of}: land that" if stream.pages_of else "it has no API: lay files into the inbox"
        raise KuuloError(f"{source.name}/{stream.name} cannot be asked for by itself, {whole}")
    return Family(settings, source, stream, window)


def land_stream(
    *,
    settings: Settings,
    source: Source,
    stream: Stream,
    window: Window,
    credentials: Credentials,
    run: str,
    clock: Clock,
    cursor: str | None = None,
    refresh: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    clocks: Time | None = None,
) -> list[LandingReceipt]:
    """Land a stream's window, and the streams made of the same pages; the receipts, the stream's own last.

    Idempotent: a window that has landed is not asked for again (unless `refresh`), a half-read one goes on behind the
    pages that are there, and one whose declaration has changed is typed again from its pages. A refresh reads aside: what
    has landed stays until all of the new is there. `cursor` is what the vendor left at the end of the reading before, if
    this window goes on from there (cursors.py).

    Raises:
        RetryLater: the vendor is busy or out of reach; what was read is kept.
        DiskRefuses: the disk is full or read-only; what was read is kept.
        BadCredentials: the connection's secret is refused or lacks a permission.
        SourceContractBroken: the vendor's answers are not what its documentation says.
    """
    family = _family(settings, source, stream, window)
    with disk_room(settings.landing), _alone(family.place(stream).landing):
        was_refreshed, receipts = bring_in(family), landed_receipts(family)
        if receipts and (not refresh or (was_refreshed and receipts[-1].run == run)):
            return receipts
        own = aside_for(family, run) if refresh else family
        landing = _Landing(own, credentials, cursor, run, clock, limits, clocks or Time(now=clock))
        try:
            receipts = landing.receipts()
        except SourceContractBroken:
            if refresh:
                drop_aside(own)
            raise
        if refresh:
            bring_in(family)
        crash_point("landing.landed")
        return receipts


@dataclass(frozen=True)
class _Landing:
    """One batch's way from the vendor to its receipts."""

    family: Family
    credentials: Credentials
    cursor: str | None
    run: str
    clock: Clock
    limits: Limits
    clocks: Time

    def receipts(self) -> list[LandingReceipt]:
        """Read what is missing, type all, and write the receipts."""
        family = self.family
        with closing(PageStore(family.place(family.base).landing)) as store:
            started = self.clock()
            pages = _usable_pages(family, store)
            landed_at, notes = landed_before(family, pages) or started, noted(family, pages)
            with TypedFamily(family, landed_at) as typing:
                _type_again(typing, store, pages)
                if not is_whole(family, pages):
                    self._read(store, typing, pages, notes)
                counts = typing.close()
            told = Circumstances(run=self.run, note="; ".join(notes), landed_at=landed_at, finished_at=landed_at + (self.clock() - started))
            return write_receipts(family, pages, counts, told)

    def _read(self, store: PageStore, typing: TypedFamily, pages: list[KeptPage], notes: list[str]) -> None:
        family = self.family
        with closing(_session(family.source, self.credentials, self.limits, self.clocks)) as session:
            asker = Asker(
                session,
                family.base,
                family.window,
                self.credentials.extra,
                page=len(pages) + 1,
                quick=family.is_plain,
                notes=notes,
                cursor=self.cursor,
            )
            _read_on(family, store, typing, pages, asker)
        store.sync(pages)


def _usable_pages(family: Family, store: PageStore) -> list[KeptPage]:
    """The whole pages of an earlier reading; the rest is discarded, and all of it where it was read by other rules than today's."""
    pages = store.whole_pages()
    if not is_whole(family, pages) and pages and pages[-1].reading != _reading_hash(family.base):
        pages = []
    store.discard_all_but(pages)
    return pages


def _session(source: Source, credentials: Credentials, limits: Limits, clocks: Time) -> ApiSession:
    if source.manners is None:
        raise KuuloError(f"source {source.name} does not declare its manners, so it cannot be asked")
    return ApiSession(source=source.name, credentials=credentials, manners=source.manners, limits=limits, clocks=clocks)


def replay(*, settings: Settings, source: Source, stream: Stream, window: Window, run: str, clock: Clock) -> list[LandingReceipt]:
    """Type a window's landed pages again, without asking the vendor; the pages must be whole.

    They landed when they landed: rows that have not come again must not look newer than those of later windows.

    Raises:
        KuuloError: the window has not landed whole.
    """
    family = _family(settings, source, stream, window)
    folder = family.place(stream).landing
    with _alone(folder):
        bring_in(family)
        return _typed_again(family, run, clock)


def _typed_again(family: Family, run: str, clock: Clock) -> list[LandingReceipt]:
    base, batch = family.base, family.window.batch
    with closing(PageStore(family.place(base).landing)) as store:
        pages, started = store.whole_pages(), clock()
        if not is_whole(family, pages):
            raise KuuloError(f"{family.source.name}/{base.name}, batch {batch}: it has not landed whole, so land it first")
        landed_at = landed_before(family, pages) or started
        with TypedFamily(family, landed_at) as typing:
            _type_again(typing, store, pages)
            counts = typing.close()
        told = Circumstances(
            run=run, note="; ".join(noted(family, pages)), landed_at=landed_at, finished_at=landed_at + (clock() - started)
        )
        return write_receipts(family, pages, counts, told)
