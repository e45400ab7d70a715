"""Take in what lies in the inbox: each file once, by name and content; what cannot be taken in is told and keeps nothing else out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from kuulo.landing.disk_room import DiskRefuses, disk_room
from kuulo.landing.land_file import FileLanding, clear_aside, land_file, land_nothing
from kuulo.landing.landed_files import LandedFile, landed_files, same_name
from kuulo.landing.one_at_a_time import one_at_a_time, source_lock
from kuulo.landing.receipt import LandingReceipt
from kuulo.settings import Settings
from kuulo.sources.canonical import FILES
from kuulo.sources.inbox.feed import Feed
from kuulo.sources.inbox.feed_error import FeedError, shown
from kuulo.sources.inbox.inbox_files import (
    InboxFile,
    check_feed_folder,
    content_hash,
    data_files,
    feed_folders,
    loose_files,
)  # fmt: skip
from kuulo.sources.inbox.read_feed import read_feed

Status = Literal["landed", "unchanged", "same_content", "refused"]


@dataclass(frozen=True, kw_only=True)
class FileOutcome:
    """What happened with one file of the inbox, or with a feed as a whole.

    Attributes:
        where: the file as messages name it, inbox/<feed>/<file>.
        stream: the canonical stream; empty where feed.yml could not be read.
        batch: the folder it lands in, or empty.
        line: one clear line for the log.
        receipt: of what landed now.
    """

    where: str
    status: Status
    line: str
    stream: str = ""
    batch: str = ""
    receipt: LandingReceipt | None = None


@dataclass(frozen=True)
class InboxOutcome:
    """What happened with every file of the inbox."""

    files: tuple[FileOutcome, ...]

    @property
    def lines(self) -> list[str]:
        """One line a file."""
        return [file.line for file in self.files]

    @property
    def landed(self) -> list[LandingReceipt]:
        """Receipts of what landed now."""
        return [file.receipt for file in self.files if file.receipt]

    @property
    def refused(self) -> dict[str, str]:
        """What was refused, as the receipt of a stream of its own: `inbox` -> all lines.

        Not under the files' own streams: their other files are validated in the same run, and that receipt would replace this one.
        """
        lines = [file.line for file in self.files if file.status == "refused"]
        return {"inbox": " | ".join(lines)} if lines else {}


@dataclass
class _Inbox:
    """One pass over the inbox.

    Attributes:
        landed: what had landed before it.
        kept: feed and name of files that were refused in it, whose earlier rows stay.
    """

    settings: Settings
    run: str
    clock: Callable[[], datetime]
    landed: list[LandedFile]
    kept: set[tuple[str, str]] = field(default_factory=set)

    def outcomes(self) -> Iterator[FileOutcome]:
        for path in loose_files(self.settings.inbox):
            where = f"inbox/{shown(path.name)}"
            yield _refused(where, FeedError(f"{where}: lies outside any feed: lay it into a folder of its own with a feed.yml beside it"))
        for folder in feed_folders(self.settings.inbox):
            yield from self._feed(folder)

    def _feed(self, folder: Path) -> Iterator[FileOutcome]:
        files = data_files(folder)
        if not files and not (folder / "feed.yml").exists():
            return
        try:
            check_feed_folder(folder, self.settings.inbox)
            feed = read_feed(folder, self.settings)
        except Exception as error:  # whatever is wrong with one feed must not keep the others out
            yield _refused(f"inbox/{shown(folder.name)}", error)
            return
        hashes: dict[InboxFile, str] = {}
        for file in files:
            try:
                file.check(self.settings.inbox)
                hashes[file] = content_hash(file)
            except Exception as error:  # such as a file that leaves the inbox just now
                yield _refused(file.where, error, feed.stream.name)
        # what has changed comes first: where it is refused its earlier rows stay, and another file with their content is a twin
        for file in sorted(hashes, key=lambda file: not self._has_changed(file, hashes[file])):
            outcome = self._file(feed, file, hashes[file], hashes)
            if outcome.status == "refused":
                self.kept.add((feed.name, file.name))
            yield outcome

    def _has_changed(self, file: InboxFile, sha256: str) -> bool:
        return any(landed.taken_in and landed.sha256 != sha256 for landed in self.landed if same_name(landed, file.feed, file.name))

    def _file(self, feed: Feed, file: InboxFile, sha256: str, hashes: dict[InboxFile, str]) -> FileOutcome:
        landing = FileLanding(settings=self.settings, run=self.run, clock=self.clock, file=file, sha256=sha256)
        before = [landed for landed in self.landed if same_name(landed, file.feed, file.name)]
        try:
            twin = self._twin(feed, file, sha256, hashes)
            with disk_room(self.settings.landing):
                outcome = self._same_content(landing, before, twin) if twin else self._taken_in(landing, feed, before)
                self._leave_other_streams(landing, feed, before)
        except DiskRefuses:
            raise  # nothing is wrong with the file, and the others fare no better
        except Exception as error:  # whatever is wrong with one file must not keep the others out
            return _refused(file.where, error, feed.stream.name, file.batch)
        return outcome

    def _taken_in(self, landing: FileLanding, feed: Feed, before: list[LandedFile]) -> FileOutcome:
        file = landing.file
        for landed in before:
            same = (landed.sha256, landed.receipt.declaration, landed.place.stream) == (landing.sha256, feed.declaration, feed.stream.name)
            if same and landed.taken_in:
                line = f"{file.where}: unchanged"
                return FileOutcome(where=file.where, status="unchanged", line=line, stream=feed.stream.name, batch=file.batch)
        receipt = land_file(landing, feed)
        again = " again, in place of its earlier rows" if any(landed.taken_in for landed in before) else ""
        line = f"{file.where}: {receipt.received} rows of {receipt.stream} landed{again}, {receipt.untyped} of them not as declared"
        line += f"; {receipt.note}" if receipt.note else ""
        return FileOutcome(where=file.where, status="landed", line=line, stream=receipt.stream, batch=receipt.batch, receipt=receipt)

    def _twin(self, feed: Feed, file: InboxFile, sha256: str, hashes: dict[InboxFile, str]) -> str:
        """The name of the file of the same feed whose rows this content already is, or the empty text.

        That is the one taken in before, whether it still lies in the inbox or not, unless it has another content now that was taken
        in; among files that are all new, the first by name that was not refused in this pass (it may have changed while it was read).
        """
        here = {other.name for other, digest in hashes.items() if digest == sha256 and (feed.name, other.name) not in self.kept}
        all_here = {other.name for other in hashes}
        owners = [
            landed.name
            for landed in self.landed
            if landed.taken_in and landed.feed == feed.name and landed.sha256 == sha256 and landed.place.stream == feed.stream.name
            and (landed.name in here or landed.name not in all_here or (landed.feed, landed.name) in self.kept)
        ]  # fmt: skip
        first = min(owners) if owners else min(here)
        return "" if first == file.name or file.name in owners else first

    def _same_content(self, landing: FileLanding, before: list[LandedFile], twin: str) -> FileOutcome:
        file = landing.file
        line = f"{file.where}: the same content as {shown(twin)} of this feed: not taken in again"
        receipts = [
            land_nothing(landing, FILES.stream(landed.place.stream), landed.receipt.declaration, f"the same content as {shown(twin)}")
            for landed in before
            if landed.taken_in
        ]
        return FileOutcome(where=file.where, status="same_content", line=line, batch=file.batch, receipt=receipts[0] if receipts else None)

    def _leave_other_streams(self, landing: FileLanding, feed: Feed, before: list[LandedFile]) -> None:
        """Where feed.yml named another stream before, the file's rows leave that stream."""
        for landed in before:
            if landed.taken_in and landed.place.stream != feed.stream.name:
                land_nothing(
                    landing, FILES.stream(landed.place.stream), landed.receipt.declaration, f"the feed is of {feed.stream.name} now"
                )


def land_inbox(*, settings: Settings, run: str, clock: Callable[[], datetime]) -> InboxOutcome:
    """Take in every new or changed file of the inbox.

    A file whose name, content and declaration are as they were is hashed and no more. A changed one replaces its earlier rows.
    A file that has left the inbox keeps its rows. While another process takes in or judges files, this one waits.

    Args:
        settings: where the inbox and the landing are.
        run: id of the run, for the receipts.
        clock: the time now, in UTC.

    Returns:
        What happened with each file. Files that cannot be taken in are told as refused; all others are taken in.
    """
    with one_at_a_time(source_lock(settings, FILES.name)):
        clear_aside(settings)
        inbox = _Inbox(settings, run, clock, landed_files(settings))
        try:
            return InboxOutcome(tuple(inbox.outcomes()))
        finally:
            clear_aside(settings)


def _refused(where: str, error: Exception, stream: str = "", batch: str = "") -> FileOutcome:
    """The refusal in one line; of an error that is not ours its kind alone, since its text may quote a cell."""
    unforeseen = f"{where}: cannot be taken in ({type(error).__name__}): look whether it is whole and still there, and run again"
    line = str(error) if isinstance(error, FeedError) else unforeseen
    return FileOutcome(where=where, status="refused", line=line, stream=stream, batch=batch)
