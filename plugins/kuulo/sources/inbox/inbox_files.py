"""What lies in the inbox: feeds and their data files, and what in it cannot be one."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from kuulo.sources.inbox.feed_error import FeedError, listed, shown
from kuulo.sources.inbox.open_table import ENDINGS, ending_of
from kuulo.sources.inbox.packed_bytes import MAX_FILE_BYTES

FEED_FILE = "feed.yml"


@dataclass(frozen=True)
class InboxFile:
    """A data file of a feed: where it lies, and its name as messages and hashes know it."""

    feed: str
    path: Path

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"inbox/{shown(self.feed)}/{shown(self.name)}"

    @property
    def ending(self) -> str:
        """Its accepted ending, such as .csv.gz."""
        return ending_of(self.name)

    @property
    def batch(self) -> str:
        """The folder it lands in: readable, safe as a name, and distinct for distinct feeds and file names."""
        digest = hashlib.sha256(os.fsencode(f"{self.feed}/{self.name}")).hexdigest()[:8]
        return f"{_slug(self.feed)}-{_slug(self.name)}-{digest}"

    def check(self, inbox: Path) -> None:
        """Raise FeedError where it must not be read: of another kind, too large, or outside the inbox."""
        if not self.path.resolve().is_relative_to(inbox.resolve()):
            raise FeedError(f"{self.where}: a link that leads out of the inbox: copy the file itself here")
        if self.path.is_dir():
            raise FeedError(f"{self.where}: a folder inside a feed's folder: lay its files directly into inbox/{shown(self.feed)}/")
        if not self.path.is_file():
            raise FeedError(f"{self.where}: not a file that can be read: lay a copy of the data here")
        if not self.ending:
            raise FeedError(f"{self.where}: not a kind of file that is read: the endings are {listed(ENDINGS)}")
        if self.path.stat().st_size > MAX_FILE_BYTES:
            raise FeedError(f"{self.where}: larger than {MAX_FILE_BYTES:,} bytes: split it into several files")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50] or "x"


def is_ignored(name: str) -> bool:
    """Hidden files, and the lock files that Office keeps beside an open workbook."""
    return name.startswith((".", "~$"))


def feed_folders(inbox: Path) -> list[Path]:
    """The folders of the inbox, by name."""
    return [path for path in _entries(inbox) if path.is_dir()]


def loose_files(inbox: Path) -> list[Path]:
    """Files that lie in the inbox itself, where no feed.yml says what they are."""
    return [path for path in _entries(inbox) if not path.is_dir()]


def data_files(folder: Path) -> list[InboxFile]:
    """What lies in a feed's folder beside its feed.yml, by name."""
    return [InboxFile(folder.name, path) for path in _entries(folder) if path.name != FEED_FILE]


def check_feed_folder(folder: Path, inbox: Path) -> None:
    """Raise FeedError where the folder is not there or has no feed.yml, or leads out of the inbox."""
    where = f"inbox/{shown(folder.name)}"
    if not folder.resolve().is_relative_to(inbox.resolve()):
        raise FeedError(f"{where}: a link that leads out of the inbox: copy the folder itself here")
    feed_file = folder / FEED_FILE
    if not folder.is_dir():
        raise FeedError(f"{where}: is not there any more: lay its {FEED_FILE} there again, or leave its rows as they are")
    if not feed_file.is_file():
        other = next((path.name for path in folder.iterdir() if path.name.lower() in ("feed.yaml", "feed.yml", "feed.yml.txt")), "")
        remedy = f"rename {other} to it" if other else "write one (docs/inbox.md has an example for each stream)"
        raise FeedError(f"{where}: has no {FEED_FILE}: {remedy}")
    if not feed_file.resolve().is_relative_to(inbox.resolve()):
        raise FeedError(f"{where}/{FEED_FILE}: a link that leads out of the inbox: copy the file itself here")


def content_hash(file: InboxFile) -> str:
    """SHA-256 of a file's bytes; FeedError where they cannot be read."""
    try:
        with file.path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise FeedError(f"{file.where}: cannot be read: {error.strerror}: let the user that runs Kuulo read it") from None


def _entries(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if not is_ignored(path.name)), key=lambda path: path.name) if folder.is_dir() else []
