"""Rows of suppressed people taken out of tables: by their ties, and where they are only mentioned, the mention."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kuulo.landing.whole_files import whole_file
from kuulo.sources.source import Stream
from kuulo.suppression.mentions import Mentions
from kuulo.suppression.suppression_list import SuppressionList
from kuulo.suppression.ties import Tie, kinds_of, tied, ties_of

_LINEAGE = ("_batch", "rule", "rules", "reason")


class RowCut:
    """Cuts the rows of one stream.

    Attributes:
        names: ids that name the rows which were found so far.
    """

    def __init__(self, suppression: SuppressionList, source: str, stream: Stream) -> None:
        self._suppression, self._ties = suppression, ties_of(source, stream.name)
        self._paths = {column.name: column.path for column in stream.columns}
        self._mentions = Mentions(suppression, source, kinds_of(source))
        self.names: set[str] = set()

    def theirs(self, table: pa.Table) -> Any:
        """Which rows of typed columns are theirs, as a mask."""
        mask = pa.array([False] * len(table))
        for tie in self._ties:
            if tie.column in table.column_names:
                mask = pc.or_(mask, self._mask(table, tie))
        for row in table.filter(mask).select([name for name in self._columns() if name in table.column_names]).to_pylist():
            self.names |= tied(self._ties, row.get, self._suppression.holds).names
        return mask

    def _columns(self) -> list[str]:
        return list(dict.fromkeys(name for tie in self._ties for name in (tie.column, tie.type_column) if name))

    def _mask(self, table: pa.Table, tie: Tie) -> Any:
        values = table[tie.column]
        if tie.type_column:
            words = table[tie.type_column].to_pylist()
            return pa.array([self._is_theirs(tie, each, word) for each, word in zip(values.to_pylist(), words, strict=True)], pa.bool_())
        found = [value for value in pc.unique(values).to_pylist() if self._is_theirs(tie, value, None)]
        return pc.is_in(values, value_set=pa.array(found, values.type)).combine_chunks() if found else pa.array([False] * len(table))

    def _is_theirs(self, tie: Tie, value: Any, word: Any) -> bool:
        return any(self._suppression.holds(node) for node in tie.nodes(value, word))

    def typed(self, table: pa.Table) -> pa.Table:
        """Typed rows of everybody else, without mentions."""
        return self._unmentioned(table.filter(pc.invert(self.theirs(table))))

    def records(self, table: pa.Table) -> pa.Table:
        """Refused rows (a column `record` of JSON) of everybody else."""
        stay = [not self.names_them(record) for record in table["record"].to_pylist()]
        return self._unmentioned(table.filter(pa.array(stay, pa.bool_())))

    def names_them(self, record: str | None) -> bool:
        """Whether a refused row, as it was received in JSON, is theirs or names them."""
        try:
            row = json.loads(record or "null")
        except ValueError:
            return False
        if not isinstance(row, dict):
            return False
        by_name = tied(self._ties, row.get, self._suppression.holds)
        by_path = tied(self._ties, lambda column: _at(row, self._paths.get(column, ())), self._suppression.holds)
        self.names |= by_name.names | by_path.names
        text = json.dumps(row, ensure_ascii=False)
        return by_name.is_suppressed or by_path.is_suppressed or self._redacted(text) != text

    def _redacted(self, text: str) -> str:
        return self._mentions.redacted(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def _unmentioned(self, table: pa.Table) -> pa.Table:
        for place, field in enumerate(table.schema):
            if field.type != pa.string() or field.name in _LINEAGE:
                continue
            mentioned = {text: clean for text in pc.unique(table[place]).to_pylist() if text and (clean := self._redacted(text)) != text}
            if mentioned:
                values = [mentioned.get(text, text) for text in table[place].to_pylist()]
                table = table.set_column(place, field, pa.array(values, pa.string()))
        return table


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def cut_file(path: Path, target: Path, cut: Callable[[pa.Table], pa.Table], about_to_go: Callable[[int, int], None]) -> tuple[int, bool]:
    """Write what `cut` leaves of a Parquet file to the target, part by part: rows that are left, whether anything changed.

    Before anything is written, `about_to_go` is told of how many rows there are how many will go.
    """
    with pq.ParquetFile(path) as file:
        parts = [file.read_row_group(group) for group in range(file.num_row_groups)]
        packing = file.metadata.row_group(0).column(0).compression.lower() if parts else "zstd"
        schema = file.schema_arrow
    left = [cut(part) for part in parts]
    before, after = sum(map(len, parts)), sum(map(len, left))
    about_to_go(before, before - after)
    changed = any(not new.equals(old) for new, old in zip(left, parts, strict=True))
    if changed or target != path:
        compression = "none" if packing == "uncompressed" else packing
        with whole_file(target) as aside, pq.ParquetWriter(aside, schema, compression=compression) as writer:
            for part in left:
                writer.write_table(part)
    return after, changed
