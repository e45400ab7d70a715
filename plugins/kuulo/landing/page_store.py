"""The vendor's pages of one batch, kept exactly as they were sent: compressed, immutable, one file a page.

`pages.jsonl` says of each page what was asked, its hash, and from where to go on. A page and its line count only where the
bytes on disk have the hash of the line: whatever an interruption tore is found by that and read again.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import zstandard

from kuulo.crash_points import crash_point
from kuulo.landing.disk_room import disk_room
from kuulo.landing.whole_files import private_folder, sync, whole_file
from kuulo.sources.asker import Page

# As small as level 1, and a sixth quicker: the tables stay in the processor's nearest cache.
_PACKING = zstandard.ZstdCompressionParameters(
    window_log=18, hash_log=13, chain_log=13, search_log=1, min_match=7, target_length=0, strategy=zstandard.STRATEGY_FAST
)
_SYNCED_TOGETHER = 32  # the first of them takes the others along


@dataclass(frozen=True, kw_only=True)
class KeptPage:
    """The line of a page.

    Attributes:
        sha256: of the file, as `sha256sum` gives it (a quarter of the vendor's bytes to hash); `bytes` counts the vendor's.
        reading: a hash of how the stream was read, without which `next` means nothing.
        left: the cursor that the vendor left for the next window, if the page is the last and the stream keeps one.
    """

    number: int
    sha256: str
    bytes: int
    ask: dict[str, Any]
    records_at: str
    parent: dict[str, str]
    next: dict[str, Any] | None
    reading: str
    notes: list[str]
    left: str | None = None

    @property
    def file(self) -> str:
        """The page's file name."""
        return f"page-{self.number:06d}.json.zst"


class PageStore:
    """The pages of one batch's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = private_folder(folder)
        self._index = folder / "pages.jsonl"
        self._compress = zstandard.ZstdCompressor(compression_params=_PACKING)
        self._syncer = ThreadPoolExecutor(1)  # it only waits for the disk, while the next pages are read
        self._syncing: list[Future[None]] = []
        self._unsynced: list[Path] = []
        self._seen: set[str] = set()

    def write(self, number: int, page: Page, reading: str, notes: list[str], left: str | None = None) -> KeptPage:
        """Write the page; it counts when its line is `noted`."""
        body = page.answer.body
        packed = self._compress.compress(body)
        kept = KeptPage(
            number=number,
            sha256=hashlib.sha256(packed).hexdigest(),
            bytes=len(body),
            ask=page.ask.to_json(),
            records_at=page.records_at,
            parent=page.parent,
            next=page.next,
            reading=reading,
            notes=notes,
            left=left,
        )
        self._write(self.folder / kept.file, packed, os.O_TRUNC)
        self._sync_soon(kept.file)
        crash_point("landing.page_kept")
        return kept

    def note(self, kept: KeptPage) -> None:
        """Write the line of a page that was written and could be read."""
        self._write(self._index, json.dumps(vars(kept)).encode() + b"\n", os.O_APPEND)
        crash_point("landing.page_noted")

    def _write(self, path: Path, data: bytes, how: int) -> None:
        with disk_room(self.folder):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)

    def body(self, kept: KeptPage) -> bytes:
        """The vendor's bytes."""
        return zstandard.ZstdDecompressor().decompress((self.folder / kept.file).read_bytes(), max_output_size=kept.bytes)

    def whole_pages(self) -> list[KeptPage]:
        """The pages from the first on that are whole, up to the first that is torn or missing."""
        whole: list[KeptPage] = []
        for line in self._lines():
            if line.number != len(whole) + 1 or not self._is_whole(line):
                break
            whole.append(line)
        return whole

    def discard_all_but(self, pages: list[KeptPage]) -> None:
        """Forget every page and line but those given, which are the first ones."""
        stay = {kept.file for kept in pages}
        text = "".join(json.dumps(asdict(kept)) + "\n" for kept in pages)
        if self._index.exists() and self._index.read_text(errors="replace") != text:
            with whole_file(self._index) as aside:
                aside.write_text(text)
        for path in self.folder.glob("page-*.json.zst"):
            if path.name not in stay:
                path.unlink()

    def _lines(self) -> Iterator[KeptPage]:
        if not self._index.exists():
            return
        for line in self._index.read_bytes().splitlines():
            try:
                yield KeptPage(**json.loads(line))
            except (ValueError, TypeError):
                return  # torn: the writer was stopped in the middle of it

    def _is_whole(self, kept: KeptPage) -> bool:
        try:
            return hashlib.sha256((self.folder / kept.file).read_bytes()).hexdigest() == kept.sha256
        except OSError:
            return False

    def sync(self, pages: list[KeptPage]) -> None:
        """Make what was kept outlive a power cut; called before the receipt says that it is there."""
        crash_point("landing.pages_read")
        for kept in pages:
            if kept.file not in self._seen:  # kept by an earlier, interrupted run
                self._sync_soon(kept.file)
        self._sync_seen()
        for done in self._syncing:
            done.result()
        self._syncing.clear()
        for path in (self._index, self.folder):
            if path.exists():
                sync(path)

    def _sync_soon(self, file: str) -> None:
        self._seen.add(file)
        self._unsynced.append(self.folder / file)
        if len(self._unsynced) >= _SYNCED_TOGETHER:
            self._sync_seen()

    def _sync_seen(self) -> None:
        self._syncing.append(self._syncer.submit(_sync_all, self._unsynced))
        self._unsynced = []

    def close(self) -> None:
        """End the thread."""
        self._syncer.shutdown()


def _sync_all(paths: list[Path]) -> None:
    for path in paths:
        sync(path)


def pages_hash(pages: list[KeptPage]) -> str:
    """One hash over the hashes of the pages, in order."""
    return hashlib.sha256("".join(kept.sha256 for kept in pages).encode()).hexdigest()
