"""The kept pages of a batch, written anew without suppressed people, with hashes that agree."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import zstandard

from kuulo.erasure.batches import Batch
from kuulo.errors import KuuloError
from kuulo.landing.page_store import KeptPage, PageStore
from kuulo.landing.table_rows import declaration_of
from kuulo.landing.whole_files import whole_file
from kuulo.sources.canonical import DATABASE
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.read_declaration import read_declaration
from kuulo.suppression.landing_screen import RowScreen, table_page
from kuulo.suppression.page_screen import PageScreen, Screened
from kuulo.suppression.suppression_list import SuppressionList

_LEVEL = 3


@dataclass(frozen=True)
class PagesWithout:
    """What became of a batch's pages.

    Attributes:
        cut: records cut out.
        changed: pages whose bytes or lines are others now.
        learned: ids that name what was cut.
    """

    pages: list[KeptPage]
    cut: int
    changed: int
    learned: frozenset[str]


def _declaration(batch: Batch) -> Declaration | None:
    if batch.source.name != DATABASE.name:
        return None
    try:
        return read_declaration(batch.settings, declaration_of(batch.name))
    except KuuloError:
        return None


class PageEraser:
    """Rewrites pages of one batch."""

    def __init__(self, suppression: SuppressionList, batch: Batch) -> None:
        self._screen = PageScreen(suppression, batch.source.name, batch.streams)
        self._rows = RowScreen(suppression, batch.source.name, batch.base)
        self._declared = _declaration(batch)
        self._is_table = batch.source.name == DATABASE.name

    def _screened(self, body: bytes, kept: KeptPage) -> Screened:
        if not self._is_table:
            return self._screen.screened(body, kept.records_at, kept.parent)
        if self._declared is None:  # nobody knows any more which cell is what: the mentions are all that can be found
            return Screened(self._screen.mentions.redacted(body))
        return table_page(body, self._declared, self._rows)

    def _line(self, kept: KeptPage) -> KeptPage:
        """The line without ids in what was asked; nothing goes on from a whole batch, so that it only has to be readable."""
        told = {name: getattr(kept, name) for name in ("ask", "parent", "next")}
        text = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
        clean = self._screen.mentions.redacted_request(text)
        return kept if clean == text else replace(kept, **json.loads(clean))

    def write(self, store: PageStore, lines: list[KeptPage], target: Path) -> PagesWithout:
        """Write every page and the index to the target folder."""
        pages: list[KeptPage] = []
        cut = changed = 0
        learned: set[str] = set()
        for kept in lines:
            body = store.body(kept)
            found, line = self._screened(body, kept), self._line(kept)
            packed = (store.folder / kept.file).read_bytes()
            if found.body != body:
                packed = zstandard.ZstdCompressor(level=_LEVEL).compress(found.body)
                line = replace(line, sha256=hashlib.sha256(packed).hexdigest(), bytes=len(found.body))
            with whole_file(target / kept.file) as aside:
                aside.write_bytes(packed)
            pages.append(line)
            cut, changed, learned = cut + found.cut, changed + (line != kept), learned | found.learned
        with whole_file(target / "pages.jsonl") as aside:
            aside.write_text("".join(json.dumps(vars(line)) + "\n" for line in pages))
        return PagesWithout(pages, cut, changed, frozenset(learned))
