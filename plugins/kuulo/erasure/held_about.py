"""Everything that the lake and the marts hold about a person: rows as typed, refused rows, and records as they were received."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow.parquet as pq

from kuulo.erasure.batches import Batch, all_batches
from kuulo.erasure.find_person import customer_keys
from kuulo.erasure.row_cut import RowCut
from kuulo.landing.page_store import PageStore
from kuulo.settings import Settings
from kuulo.sources.source import Stream
from kuulo.suppression.page_screen import PageScreen
from kuulo.suppression.suppression_list import SuppressionList, hashed

_MOST_ROUNDS = 10


class Wanted(SuppressionList):
    """A list of one person, in memory alone: who is on it is looked for and not suppressed."""

    def learn(self, nodes: Iterable[str], erasure: str = "") -> int:
        """Look for more ids."""
        added = {hashed(self.key, node) for node in nodes} - self.hashes
        if added:
            self.hashes |= added
            self._known.clear()
        return len(added)


@dataclass
class Held:
    """What one stream holds about a person.

    Attributes:
        rows: typed rows, in declared columns.
        refused: rows that were refused, with the reason.
        as_received: the vendor's own records, with what no column was declared for.
    """

    stream: Stream
    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    as_received: list[Any] = field(default_factory=list)


def _typed(batch: Batch, stream: Stream, rows: RowCut) -> list[dict[str, Any]]:
    """The batch's rows that are used, or as they landed where they have not been judged."""
    place = batch.place(stream)
    path = next((path for path in (place.validated, place.typed) if path.exists()), None)
    if path is None:
        return []
    found: list[dict[str, Any]] = []
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            part = file.read_row_group(group)
            found += part.filter(rows.theirs(part)).to_pylist()
    return found


def _refused(batch: Batch, stream: Stream, rows: RowCut) -> list[dict[str, Any]]:
    place = batch.place(stream)
    path = next((path for path in (place.quarantined, place.untyped) if path.exists()), None)
    return [row for row in pq.read_table(path).to_pylist() if rows.names_them(row["record"])] if path else []


def _received(batch: Batch, wanted: SuppressionList) -> list[Any]:
    folder = batch.place(batch.base).landing
    if not (folder / "pages.jsonl").exists():
        return []
    store, screen = PageStore(folder), PageScreen(wanted, batch.source.name, batch.streams)
    try:
        return [record for kept in store.whole_pages() for record in screen.theirs(store.body(kept), kept.records_at, kept.parent)]
    finally:
        store.close()


def held_in_lake(settings: Settings, wanted: Wanted) -> dict[str, Held]:
    """What each stream holds, by `source/stream`; streams that hold nothing are left out."""
    for _ in range(_MOST_ROUNDS):
        held, names = _look(settings, wanted)
        if not wanted.learn(names):
            break
    return {where: each for where, each in held.items() if each.rows or each.refused or each.as_received}


def _look(settings: Settings, wanted: Wanted) -> tuple[dict[str, Held], set[str]]:
    held: dict[str, Held] = {}
    names: set[str] = set()
    for batch in all_batches(settings):
        for stream in batch.streams:
            each = held.setdefault(f"{batch.source.name}/{stream.name}", Held(stream))
            rows = RowCut(wanted, batch.source.name, stream)
            each.rows += _typed(batch, stream, rows)
            each.refused += _refused(batch, stream, rows)
            names |= rows.names
        held[f"{batch.source.name}/{batch.base.name}"].as_received += _received(batch, wanted)
    return held, names


def held_in_marts(settings: Settings, nodes: set[str]) -> dict[str, list[dict[str, Any]]]:
    """The person's rows in every mart that has a customer_key, by mart."""
    keys = customer_keys(settings, nodes)
    if not keys or not settings.marts.exists():
        return {}
    held: dict[str, list[dict[str, Any]]] = {}
    with duckdb.connect(str(settings.marts), read_only=True) as connection:
        connection.execute("use marts.marts")
        having = (
            "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'customer_key' order by 1"
        )
        for (table,) in connection.execute(having).fetchall():
            found = connection.execute(f'select * from "{table}" where list_contains(?, customer_key)', [sorted(keys)])  # noqa: S608  a mart
            names = [column[0] for column in found.description or ()]
            if rows := [dict(zip(names, row, strict=True)) for row in found.fetchall()]:
                held[table] = rows
    return held
