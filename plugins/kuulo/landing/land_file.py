"""One file of the inbox lands: its bytes kept as they are, its rows typed, the receipt last, all in one rename."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import zstandard

from kuulo.crash_points import crash_point
from kuulo.landing.file_rows import FileCounts, write_file_rows
from kuulo.landing.landed_files import write_origin
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.receipt import LandingReceipt, write_receipt
from kuulo.landing.whole_files import private_folder, sync, whole_file
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.inbox.feed import Feed
from kuulo.sources.inbox.feed_error import FeedError
from kuulo.sources.inbox.inbox_files import InboxFile, content_hash
from kuulo.sources.inbox.open_table import open_table
from kuulo.sources.inbox.row_mapping import RowMapping
from kuulo.sources.inbox.table import check_columns
from kuulo.sources.source import Stream
from kuulo.suppression.file_mentions import names_somebody
from kuulo.suppression.landing_screen import row_screen

_ASIDE, _BEFORE = ".aside", "before"


@dataclass(frozen=True, kw_only=True)
class FileLanding:
    """What landing a file needs to know of the run and of the file."""

    settings: Settings
    run: str
    clock: Callable[[], datetime]
    file: InboxFile
    sha256: str


@dataclass(frozen=True)
class _Typed:
    counts: FileCounts
    landed_at: datetime
    started: float
    undeclared: tuple[str, ...] = ()
    note: str = ""
    is_kept: bool = True


def land_file(landing: FileLanding, feed: Feed) -> LandingReceipt:
    """Land a file, in place of what landed of it before. FeedError leaves that as it was."""
    with _swapped_in(landing.settings, feed.stream, landing.file.batch) as place:
        typed = _typed_rows(place, feed, landing)
        if typed.is_kept:  # a file that holds an erased person is read and not kept
            _keep_bytes(place, landing.file)
        _refuse_changed(landing)
        write_origin(place, landing.file.feed, landing.file.name, taken_in=True)
        receipt = _receipt(landing, place, feed.declaration, typed)
        write_receipt(place.landing_receipt, receipt)
    return receipt


def land_nothing(landing: FileLanding, stream: Stream, declaration: str, note: str) -> LandingReceipt:
    """Land a file without rows, because its rows are another batch's now, so that its earlier rows leave the warehouse."""
    with _swapped_in(landing.settings, stream, landing.file.batch) as place:
        started, landed_at = time.monotonic(), landing.clock()
        counts = write_file_rows(place=place, stream=stream, rows=(), landed_at=landed_at)
        write_origin(place, landing.file.feed, landing.file.name, taken_in=False)
        receipt = replace(_receipt(landing, place, declaration, _Typed(counts, landed_at, started, note=note)), pages=0, bytes=0)
        write_receipt(place.landing_receipt, receipt)
    return receipt


def _typed_rows(place: BatchPlace, feed: Feed, landing: FileLanding) -> _Typed:
    started, landed_at, file = time.monotonic(), landing.clock(), landing.file
    screen = row_screen(landing.settings, FILES.name, feed.stream)
    with open_table(file.path, feed, file.where) as table:
        check_columns(table, feed, file.where)
        mapping = RowMapping(feed, table, file.name)
        counts = write_file_rows(
            place=place, stream=feed.stream, rows=screen.rows(mapping.rows()) if screen else mapping.rows(), landed_at=landed_at
        )
    note = f"{mapping.missing} answers blank or declared missing" if feed.questions else ""
    left_out = screen.left_out if screen else 0
    if screen and (left_out or names_somebody(file.path, file.ending, screen.mentions)):
        note = "; ".join(filter(None, (note, f"{left_out} rows of erased people left out, and the file itself is not kept")))
        return _Typed(counts, landed_at, started, mapping.undeclared, note, is_kept=False)
    return _Typed(counts, landed_at, started, mapping.undeclared, note)


def _refuse_changed(landing: FileLanding) -> None:
    """A file that is still being written would land with rows of one content and the hash of another."""
    if content_hash(landing.file) != landing.sha256:
        raise FeedError(f"{landing.file.where}: changed while it was read: lay files into the inbox by a rename, and run again")


def _receipt(landing: FileLanding, place: BatchPlace, declaration: str, typed: _Typed) -> LandingReceipt:
    return LandingReceipt(
        source=FILES.name,
        stream=place.stream,
        batch=place.batch,
        run=landing.run,
        window_start=typed.counts.window.start,
        window_end=typed.counts.window.end,
        landed_at=typed.landed_at,
        pages=int(typed.is_kept),
        bytes=landing.file.path.stat().st_size,
        received=typed.counts.received,
        untyped=typed.counts.untyped,
        sha256=landing.sha256,
        declaration=declaration,
        seconds=round(time.monotonic() - typed.started, 3),
        undeclared=typed.undeclared,
        note=typed.note,
    )


def _keep_bytes(place: BatchPlace, file: InboxFile) -> None:
    target = place.landing / f"page-000001{file.ending}.zst"
    with whole_file(target) as aside, file.path.open("rb") as plain, aside.open("wb") as packed:
        zstandard.ZstdCompressor(level=3).copy_stream(plain, packed)


@contextmanager
def _swapped_in(settings: Settings, stream: Stream, batch: str) -> Iterator[BatchPlace]:
    """Yield a place aside; when all is written it becomes the batch's folder by one rename, and on failure nothing is left of it.

    A crash between the old folder's leaving and the new one's coming leaves the old one aside, and clear_aside brings it back.
    """
    aside_root = private_folder(settings.landing / _ASIDE) / f"{batch}.{os.getpid()}"
    final = BatchPlace(settings, FILES.name, stream.name, batch)
    aside = BatchPlace(replace(settings, landing_root=aside_root), FILES.name, stream.name, batch)
    try:
        private_folder(aside.landing)
        yield aside
        private_folder(final.landing.parent)
        if final.landing.exists():
            before = BatchPlace(replace(settings, landing_root=aside_root / _BEFORE), FILES.name, stream.name, batch)
            private_folder(before.landing.parent)
            final.landing.rename(before.landing)
            crash_point("landing.file_old_left")
        aside.landing.rename(final.landing)
        crash_point("landing.file_landed")
        sync(final.landing.parent)
    finally:
        _bring_back(settings, aside_root)
        shutil.rmtree(aside_root, ignore_errors=True)


def clear_aside(settings: Settings) -> None:
    """Bring back what a killed run was about to replace, and remove what it left half-written. No other run may be landing files."""
    for aside_root in (settings.landing / _ASIDE).glob("*"):
        _bring_back(settings, aside_root)
    shutil.rmtree(settings.landing / _ASIDE, ignore_errors=True)


def _bring_back(settings: Settings, aside_root: Path) -> None:
    """A batch's old folder back to its place, unless the new one has come there."""
    root = replace(settings, landing_root=aside_root / _BEFORE).landing
    for before in root.glob("*/*/*"):
        final = settings.landing / before.relative_to(root)
        if not final.exists():
            before.rename(final)
            sync(final.parent)
