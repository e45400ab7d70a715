"""Batches that have landed, typed again by today's declarations, from what was kept of them: nobody outside is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard

from kuulo.errors import KuuloError
from kuulo.landing.disk_room import DiskRefuses, disk_room
from kuulo.landing.family_receipts import landed_receipts
from kuulo.landing.land_file import FileLanding, clear_aside, land_file
from kuulo.landing.land_stream import replay
from kuulo.landing.land_table import OtherRowsAsked, replay_table
from kuulo.landing.landed_files import LandedFile, landed_files
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt
from kuulo.landing.table_rows import TableFamily, declaration_of
from kuulo.landing.typed_family import Family
from kuulo.landing.whole_files import private_folder
from kuulo.retention import is_expired
from kuulo.settings import Settings
from kuulo.sources.canonical import DATABASE, FILES
from kuulo.sources.database.declaration import declaration_file
from kuulo.sources.database.read_declaration import declaration_names, read_declaration
from kuulo.sources.inbox.inbox_files import InboxFile, check_feed_folder
from kuulo.sources.inbox.read_feed import read_feed
from kuulo.sources.source import Source, Stream, Window

Clock = Callable[[], datetime]
_GONE = "what was received is not kept any more (retention, or the file of an erased person): have it sent again"


@dataclass
class TypedAgain:
    """What was done: the batches that are typed by other rules than before, and why others could not be, in one line each."""

    batches: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Task:
    """The batches of one stream that may have to be typed again."""

    settings: Settings
    source: Source
    stream: Stream
    window: Window | None
    run: str
    clock: Clock

    def chosen(self) -> Iterator[tuple[BatchPlace, LandingReceipt]]:
        """Those that have landed and share a moment with the window, or all."""
        folder = self.settings.landing / self.source.name / self.stream.name
        for path in sorted(folder.glob("*/receipt.json")):
            place = BatchPlace(self.settings, self.source.name, self.stream.name, path.parent.name)
            receipt = read_landing_receipt(place)
            if receipt and self.speaks_of(receipt):
                yield place, receipt

    def speaks_of(self, receipt: LandingReceipt) -> bool:
        """Whether the batch shares a moment with the window."""
        return self.window is None or (receipt.window_start < self.window.end and receipt.window_end > self.window.start)


def type_again(*, settings: Settings, source: Source, stream: Stream, window: Window | None, run: str, clock: Clock) -> TypedAgain:
    """Type the stream's landed batches again where the declaration is another than they were typed by.

    Batches of today's declaration are not touched, so a repeated call does nothing. Streams made of the same pages are typed with it.
    People who were erased are not in what is kept.

    Args:
        settings: where everything is.
        source: the source of the stream.
        stream: the stream, or one that is made of the same pages.
        window: batches that share a moment with it; None for all.
        run: id of the run, for the receipts.
        clock: the time now, in UTC.
    """
    base = source.stream(stream.pages_of) if stream.pages_of else stream
    task = _Task(settings=settings, source=source, stream=base, window=window, run=run, clock=clock)
    if source.name == FILES.name:
        return _files(task)
    return _batches(task, _table if source.name == DATABASE.name else _window)


def _batches(task: _Task, again: Callable[[_Task, BatchPlace, LandingReceipt], bool]) -> TypedAgain:
    done = TypedAgain()
    for place, receipt in list(task.chosen()):
        try:
            if again(task, place, receipt):
                done.batches.append(place.batch)
        except DiskRefuses:
            raise
        except KuuloError as error:
            done.left[place.batch] = str(error)
    return done


def _window(task: _Task, place: BatchPlace, receipt: LandingReceipt) -> bool:
    """Type a vendor's window again; False where it is of today's declaration."""
    window = Window(receipt.window_start, receipt.window_end)
    if landed_receipts(Family(task.settings, task.source, task.stream, window)):
        return False
    _refuse_expired(place)
    replay(settings=task.settings, source=task.source, stream=task.stream, window=window, run=task.run, clock=task.clock)
    return True


def _table(task: _Task, place: BatchPlace, receipt: LandingReceipt) -> bool:
    """Type a window of a database's table again; False where it is of today's declaration."""
    name, window = declaration_of(place.batch), Window(receipt.window_start, receipt.window_end)
    if name not in declaration_names(task.settings):
        raise KuuloError(f"{declaration_file(name)} is not there any more: lay it there again, or leave its rows as they are")
    declared = read_declaration(task.settings, name)
    if receipt.declaration == declared.hash:
        return False
    family = TableFamily(task.settings, task.source, declared.feed.stream, window, declared)
    if (family.base.name, family.batch) != (place.stream, place.batch):
        raise OtherRowsAsked(declared)
    _refuse_expired(place)
    replay_table(settings=task.settings, source=task.source, declared=declared, window=window, run=task.run, clock=task.clock)
    return True


def _refuse_expired(place: BatchPlace) -> None:
    if is_expired(place):
        raise KuuloError(_GONE)


def _files(task: _Task) -> TypedAgain:
    done = TypedAgain()
    with one_at_a_time(source_lock(task.settings, FILES.name)):
        clear_aside(task.settings)
        for landed in landed_files(task.settings):
            if landed.taken_in and landed.place.stream == task.stream.name and task.speaks_of(landed.receipt):
                try:
                    with disk_room(task.settings.landing):
                        _file(task, landed, done)
                except DiskRefuses:
                    raise  # nothing is wrong with the file, and the others fare no better
                except Exception as error:  # whatever is wrong with one file must not keep the others out
                    done.left[landed.place.batch] = _why(error)
    return done


def _why(error: Exception) -> str:
    """Of an error that is not ours its kind alone, since its text may quote a cell."""
    unforeseen = f"what was kept of it cannot be typed again ({type(error).__name__}): lay the file into the inbox again"
    return str(error) if isinstance(error, KuuloError) else unforeseen


def _file(task: _Task, landed: LandedFile, done: TypedAgain) -> None:
    folder, batch = task.settings.inbox / landed.feed, landed.place.batch
    check_feed_folder(folder, task.settings.inbox)
    feed = read_feed(folder, task.settings)
    if landed.receipt.declaration == feed.declaration:
        return
    if feed.stream.name != task.stream.name:
        raise KuuloError(f"{feed.where} is of {feed.stream.name} now: lay the file into the inbox again")
    (packed,) = [*landed.place.landing.glob("page-000001*.zst"), None][:1]
    if packed is None:
        done.left[batch] = _GONE
        return
    with TemporaryDirectory(dir=private_folder(task.settings.home / "spill"), prefix="files.again.") as aside:
        file = InboxFile(landed.feed, Path(aside) / landed.name)
        if file.batch != batch:
            raise KuuloError(f"{file.where}: its name cannot be written again: lay the file into the inbox again")
        with packed.open("rb") as kept, file.path.open("wb") as plain:
            zstandard.ZstdDecompressor().copy_stream(kept, plain)
        # it landed when it landed: a correction that came later must stay the later one
        as_landed = FileLanding(
            settings=task.settings, run=task.run, clock=lambda: landed.receipt.landed_at, file=file, sha256=landed.sha256
        )
        land_file(as_landed, feed)
    done.batches.append(batch)
