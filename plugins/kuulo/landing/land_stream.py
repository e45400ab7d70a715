"""Land one stream's window: ask for its pages, keep them as they came, type their rows, write the receipt last."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.behind import Behind
from kuulo.landing.family_receipts import Circumstances, is_whole, landed_receipts, write_receipts
from kuulo.landing.page_store import KeptPage, PageStore
from kuulo.landing.receipt import LandingReceipt
from kuulo.landing.typed_family import Family, RawPage, TypedFamily
from kuulo.landing.whole_files import private_folder
from kuulo.settings import Settings
from kuulo.sources.api_errors import RetryLater
from kuulo.sources.api_session import ApiSession, Time
from kuulo.sources.asker import Asker
from kuulo.sources.manners import DEFAULT_LIMITS, Limits
from kuulo.sources.source import Credentials, Source, Stream, Window

Clock = Callable[[], datetime]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time lands a batch."""
    descriptor = os.open(private_folder(folder) / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RetryLater(
            f"{folder.parent.name}, batch {folder.name}: another run is landing it; run it again when that has ended"
        ) from None
    finally:
        os.close(descriptor)


def _reading_hash(stream: Stream) -> str:
    return hashlib.sha256(repr(stream.reading).encode()).hexdigest()


def _read_on(family: Family, store: PageStore, typing: TypedFamily, pages: list[KeptPage], asker: Asker) -> None:
    """Read from behind the pages that are there, keeping and typing each page before the next one is asked for."""
    assert family.base.reading is not None  # land_stream has looked
    for kept in pages:
        asker.remember(kept.ask)
    reading_hash = _reading_hash(family.base)
    with Behind(store, typing, pages) as behind:
        for page in family.base.reading.pages(asker, pages[-1].next if pages else None):
            behind.hand_over(asker.page, page, reading_hash, list(asker.notes))
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
    refresh: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    clocks: Time | None = None,
) -> list[LandingReceipt]:
    """Land a stream's window, and the streams made of the same pages; the receipts, the stream's own last.

    Idempotent: a window that has landed is not asked for again (unless `refresh`), a half-read one goes on behind the
    pages that are there, and one whose declaration has changed is typed again from its pages.

    Raises:
        RetryLater: the vendor is busy or out of reach; what was read is kept.
        BadCredentials: the connection's secret is refused or lacks a permission.
        SourceContractBroken: the vendor's answers are not what its documentation says.
    """
    family = _family(settings, source, stream, window)
    folder = family.place(stream).landing
    with _alone(folder), closing(PageStore(folder)) as store:
        if refresh:
            _forget(family)
        elif receipts := landed_receipts(family):
            return receipts
        landed_at = clock()
        pages = _usable_pages(family, store)
        notes = list(pages[-1].notes) if pages else []
        with TypedFamily(family, landed_at) as typing:
            _type_again(typing, store, pages)
            if not is_whole(family, pages):
                with closing(_session(source, credentials, limits, clocks or Time(now=clock))) as session:
                    asker = Asker(session, stream, window, credentials.extra, page=len(pages) + 1, quick=family.is_plain, notes=notes)
                    _read_on(family, store, typing, pages, asker)
                store.sync(pages)
            counts = typing.close()
        told = Circumstances(run=run, note="; ".join(notes), landed_at=landed_at, finished_at=clock())
        return write_receipts(family, pages, counts, told)


def _usable_pages(family: Family, store: PageStore) -> list[KeptPage]:
    """The whole pages of an earlier reading; the rest is discarded, and all of it where it was read by other rules than today's."""
    pages = store.whole_pages()
    if pages and pages[-1].next and pages[-1].reading != _reading_hash(family.base):
        pages = []
    store.discard_all_but(pages)
    return pages


def _session(source: Source, credentials: Credentials, limits: Limits, clocks: Time) -> ApiSession:
    if source.manners is None:
        raise KuuloError(f"source {source.name} does not declare its manners, so it cannot be asked")
    return ApiSession(source=source.name, credentials=credentials, manners=source.manners, limits=limits, clocks=clocks)


def _forget(family: Family) -> None:
    for stream in family.streams:
        folder = family.place(stream).landing
        family.place(stream).landing_receipt.unlink(missing_ok=True)
        for path in folder.glob("[!.]*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def replay(*, settings: Settings, source: Source, stream: Stream, window: Window, run: str, clock: Clock) -> list[LandingReceipt]:
    """Type a window's landed pages again, without asking the vendor; the pages must be whole.

    Raises:
        KuuloError: the window has not landed whole.
    """
    family = _family(settings, source, stream, window)
    folder = family.place(stream).landing
    with _alone(folder), closing(PageStore(folder)) as store:
        pages, landed_at = store.whole_pages(), clock()
        if not is_whole(family, pages):
            raise KuuloError(f"{source.name}/{stream.name}, batch {window.batch}: it has not landed whole, so land it first")
        with TypedFamily(family, landed_at) as typing:
            _type_again(typing, store, pages)
            counts = typing.close()
        note = "; ".join(pages[-1].notes) if pages else ""
        return write_receipts(family, pages, counts, Circumstances(run=run, note=note, landed_at=landed_at, finished_at=clock()))
