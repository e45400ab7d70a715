"""A landed batch without suppressed people: made whole beside the old one, then the folders change places.

The new folder is whole when the receipt is in it; from then on the exchange can only be finished, by whoever comes next.
"""

import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import zstandard

from kuulo.erasure.batches import REFRESHED, Batch
from kuulo.erasure.erased import Erased
from kuulo.erasure.landed_pages import PageEraser, PagesWithout
from kuulo.erasure.row_cut import RowCut, cut_file
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.one_at_a_time import one_at_a_time
from kuulo.landing.page_store import PageStore, pages_hash
from kuulo.landing.receipt import LandingReceipt, read_landing_receipt, write_receipt
from kuulo.landing.whole_files import private_folder, sync
from kuulo.retention import is_expired
from kuulo.sources.canonical import FILES
from kuulo.sources.source import Stream
from kuulo.suppression.file_mentions import names_somebody
from kuulo.suppression.mentions import Mentions
from kuulo.suppression.suppression_list import SuppressionList
from kuulo.suppression.ties import kinds_of

_NEW, _OLD = ".erasing", ".erased"
_NOT_KEPT = "the kept copy of the file went with an erased person's rows"


@dataclass(frozen=True)
class LandedBatch:
    """One batch to go through."""

    batch: Batch
    suppression: SuppressionList
    erased: Erased

    def erase(self) -> None:
        """Take suppressed people out of the batch wherever it lies; a half-read one goes, and is read again by whoever wants it."""
        is_file = self.batch.source.name == FILES.name  # its lock is its source's, which the caller holds
        with nullcontext() if is_file else one_at_a_time(self.batch.lock):
            self._finish(self.batch)
            aside = self.batch.below(REFRESHED)
            for batch in (self.batch, aside):
                if read_landing_receipt(batch.place(batch.base)) is None:
                    self._forget(batch)
                elif is_expired(batch.place(batch.base)):
                    self._forget_what_expired(batch)
                else:
                    self._rewrite(batch)
            for stream in self.batch.streams:
                shutil.rmtree(self.batch.below(".before").place(stream).landing, ignore_errors=True)

    def _forget(self, batch: Batch) -> None:
        for stream in batch.streams:
            shutil.rmtree(batch.place(stream).landing, ignore_errors=True)

    def _forget_what_expired(self, batch: Batch) -> None:
        """What retention was about to delete when it was stopped."""
        for path in batch.place(batch.base).landing.glob("page*"):
            path.unlink()

    def _rewrite(self, batch: Batch) -> None:
        new = batch.below(_NEW)
        self._forget(new)
        pages = self._pages(batch, new)
        left = {stream.name: self._rows(batch.place(stream), new.place(stream), stream) for stream in batch.streams}
        is_changed = bool(pages and pages.changed) or any(changed for _, _, changed in left.values())
        if pages:
            self.erased.learned |= pages.learned
        if not is_changed:
            self._forget(new)
            return
        for stream in batch.streams:
            receipt = read_landing_receipt(batch.place(stream))
            if receipt is not None:
                received, untyped, _ = left[stream.name]
                renewed = replace(receipt, received=received, untyped=untyped)
                write_receipt(new.place(stream).landing_receipt, _of_pages(renewed, pages, own=stream is batch.base))
        self._finish(batch)

    def _pages(self, batch: Batch, new: Batch) -> PagesWithout | None:
        place = batch.place(batch.base)
        if not (place.landing / "pages.jsonl").exists():
            return None
        store = PageStore(place.landing)
        try:
            target, lines = private_folder(new.place(batch.base).landing), store.whole_pages()
            pages = PageEraser(self.suppression, batch).write(store, lines, target)
            count = self.erased.counter(f"landing pages of {batch.source.name}/{batch.base.name}", place.landing / "pages.jsonl")
            count(pages_hash(lines), pages.cut)
            return pages
        finally:
            store.close()

    def _rows(self, place: BatchPlace, new: BatchPlace, stream: Stream) -> tuple[int, int, bool]:
        """Rows received and untyped that are left, and whether any went; whatever else lies in the folder goes along."""
        rows, is_changed, untyped, received = RowCut(self.suppression, place.source, stream), False, 0, 0
        for path, target in ((place.typed, new.typed), (place.untyped, new.untyped)):
            if path.exists():
                counter = self.erased.counter(f"landing/{place.source}/{place.stream}", path)
                after, changed = cut_file(path, target, rows.typed if path == place.typed else rows.records, counter)
                is_changed, received = is_changed or changed, received + after
                untyped = after if path == place.untyped else untyped
        if place.untyped.exists() and not untyped:
            new.untyped.unlink()
        self.erased.learned |= rows.names
        holds_file = place.source == FILES.name and (is_changed or self._is_named(place))
        for path in place.landing.glob("*"):
            target = private_folder(new.landing) / path.name
            goes = path.suffix == ".parquet" or path.name == "receipt.json" or (holds_file and path.name.startswith("page-"))
            if path.is_file() and not goes and not target.exists():
                shutil.copy2(path, target)
        return received, untyped, is_changed or holds_file

    def _is_named(self, place: BatchPlace) -> bool:
        """Whether a kept file names somebody in a row that gave none, such as an answer without a score."""
        mentions = Mentions(self.suppression, place.source, kinds_of(place.source))
        with tempfile.TemporaryDirectory(dir=private_folder(self.batch.settings.home / "spill"), prefix=f"{place.source}.") as folder:
            for path in place.landing.glob("page-*.zst"):
                plain = Path(folder) / path.name.removesuffix(".zst")
                with path.open("rb") as packed, plain.open("wb") as file:
                    zstandard.ZstdDecompressor().copy_stream(packed, file)
                if names_somebody(plain, f".{plain.name.partition('.')[2]}", mentions):
                    return True
        return False

    def _finish(self, batch: Batch) -> None:
        """Let the new folders take their places, where they are whole."""
        new, old = batch.below(_NEW), batch.below(_OLD)
        if read_landing_receipt(new.place(batch.base)) is not None:
            for stream in batch.streams:
                if new.place(stream).landing_receipt.exists():
                    _exchange(new.place(stream).landing, batch.place(stream).landing, old.place(stream).landing)
        self._forget(new)
        self._forget(old)


def _of_pages(receipt: LandingReceipt, pages: PagesWithout | None, *, own: bool) -> LandingReceipt:
    if pages is None:
        return _of_file(receipt)
    return replace(receipt, sha256=pages_hash(pages.pages), bytes=sum(page.bytes for page in pages.pages) if own else 0)


def _of_file(receipt: LandingReceipt) -> LandingReceipt:
    if receipt.source != FILES.name or not receipt.pages:
        return receipt
    return replace(receipt, pages=0, note="; ".join(filter(None, (receipt.note, _NOT_KEPT))))


def _exchange(new: Path, place: Path, old: Path) -> None:
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        place.rename(private_folder(old.parent) / old.name)
    new.rename(private_folder(place.parent) / place.name)
    sync(place.parent)
