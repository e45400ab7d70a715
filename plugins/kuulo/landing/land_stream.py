"""Land one stream's window: ask for its pages, keep them as they came, type their rows, write the receipt last."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from kuulo.errors import KuuloError
from kuulo.landing.behind import Behind
from kuulo.landing.declaration import declaration_hash
from kuulo.landing.page_store import KeptPage, PageStore, pages_hash
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt, write_receipt
from kuulo.landing.typed_family import Family, TypedFamily
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


def _landed(family: Family) -> list[LandingReceipt] | None:
    """The family's receipts, where each is there and of today's declaration."""
    found = [read_landing_receipt(family.place(stream)) for stream in family.streams]
    hashes = [declaration_hash(stream) for stream in family.streams]
    receipts = [r for r, declared in zip(found, hashes, strict=True) if r and r.declaration == declared]
    return receipts if len(receipts) == len(found) else None


def _is_whole(family: Family, pages: list[KeptPage]) -> bool:
    """Whether the pages on disk are all there is; of an empty window only the receipt can say so."""
    if pages:
        return pages[-1].next is None
    receipt = read_landing_receipt(family.place(family.base))
    return receipt is not None and receipt.pages == 0


def _reading_hash(stream: Stream) -> str:
    return hashlib.sha256(repr(stream.reading).encode()).hexdigest()


def _read_on(family: Family, store: PageStore, typing: TypedFamily, pages: list[KeptPage], asker: Asker) -> None:
    """Read from behind the pages that are there, keeping and typing each page before the next one is asked for."""
    assert family.base.reading is not None  # land_stream has looked
    for kept in pages:
        asker.remember(kept.ask)
    reading_hash = _reading_hash(family.base)
    with Behind(pages, store.note) as behind:
        for page in family.base.reading.pages(asker, pages[-1].next if pages else None):
            document = None if page.answer.quick_records else page.answer.document
            behind.hand_over(
                partial(store.write, asker.page, page, reading_hash, list(asker.notes)),
                partial(typing.take, asker.page, page.answer.body, page.records_at, page.parent, document),
            )
            asker.page += 1


def _receipts(
    family: Family, pages: list[KeptPage], typing: TypedFamily, *, run: str, note: str, landed_at: datetime, clock: Clock
) -> list[LandingReceipt]:
    counts = typing.close()
    receipts = []
    for stream in family.streams:
        own = stream is family.base
        receipt = LandingReceipt(
            source=family.source.name,
            stream=stream.name,
            batch=family.window.batch,
            run=run,
            window_start=family.window.start,
            window_end=family.window.end,
            landed_at=landed_at,
            pages=len(pages) if own else 0,
            bytes=sum(page.bytes for page in pages) if own else 0,
            received=counts[stream.name].received,
            untyped=counts[stream.name].untyped,
            undeclared=counts[stream.name].undeclared,
            sha256=pages_hash(pages),
            declaration=declaration_hash(stream),
            seconds=(clock() - landed_at).total_seconds(),
            note=note,
        )
        write_receipt(family.place(stream).landing_receipt, receipt)
        receipts.append(receipt)
    return receipts


def _type_again(typing: TypedFamily, store: PageStore, pages: list[KeptPage]) -> None:
    for kept in pages:
        typing.take(kept.number, store.body(kept), kept.records_at, kept.parent)


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
    place = family.place(stream)
    with _alone(place.landing):
        if refresh:
            _forget(family)
        elif receipts := _landed(family):
            return receipts
        landed_at = clock()
        store = PageStore(place.landing)
        pages = store.whole_pages()
        if pages and pages[-1].next and pages[-1].reading != _reading_hash(stream):
            pages = []  # read by other rules than today's: there is no going on behind them
        store.discard_all_but(pages)
        notes = list(pages[-1].notes) if pages else []
        with TypedFamily(family, landed_at) as typing:
            _type_again(typing, store, pages)
            if not _is_whole(family, pages):
                session = _session(source, credentials, limits, clocks or Time(now=clock))
                asker = Asker(session, stream, window, credentials.extra, page=len(pages) + 1, quick=family.is_plain, notes=notes)
                try:
                    _read_on(family, store, typing, pages, asker)
                finally:
                    session.close()
                store.sync()
            return _receipts(family, pages, typing, run=run, note="; ".join(notes), landed_at=landed_at, clock=clock)


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
    place = family.place(stream)
    with _alone(place.landing):
        store, landed_at = PageStore(place.landing), clock()
        pages = store.whole_pages()
        if not _is_whole(family, pages):
            raise KuuloError(f"{source.name}/{stream.name}, batch {window.batch}: it has not landed whole, so land it first")
        with TypedFamily(family, landed_at) as typing:
            _type_again(typing, store, pages)
            note = "; ".join(pages[-1].notes) if pages else ""
            return _receipts(family, pages, typing, run=run, note=note, landed_at=landed_at, clock=clock)
