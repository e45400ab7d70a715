"""typed.parquet and untyped.parquet of one batch, written in row groups as rows come, so that memory stays flat."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from kuulo.landing.constant_columns import integers, repeated_integers, same_moment, same_text
from kuulo.landing.declaration import UNTYPED, typed_schema
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.parquet_file import ParquetFile
from kuulo.landing.record_shape import RecordShape, Refusal, as_received
from kuulo.sources.source import Stream, Window

ROWS_IN_A_GROUP = 50_000


@dataclass(frozen=True)
class TypedCounts:
    """The accounts of a batch: received = typed rows + untyped rows."""

    received: int
    untyped: int
    undeclared: tuple[str, ...]


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


class TypedWriter:
    """Writes the rows of one batch; use it in a `with`, or end it with close() or abandon().

    The files appear when it ends well and not at all when it does not. Rows are dicts keyed as the vendor's record is
    (a column declared `at="properties.email"` is looked up as row["properties"]["email"]); what is not declared goes to
    `_extra`, what cannot take its type to untyped.parquet.
    """

    def __init__(self, *, place: BatchPlace, stream: Stream, window: Window, landed_at: datetime) -> None:
        self._place, self._shape, self._schema = place, RecordShape(stream), typed_schema(stream)
        self._lineage: tuple[str, datetime, datetime, datetime] = (place.batch, _naive(window.start), _naive(window.end), _naive(landed_at))
        self._stack = ExitStack()
        self._typed = ParquetFile(place.typed, self._schema, self._stack)
        self._untyped: ParquetFile | None = None
        self._rows: list[list[Any]] = []
        self._tables: list[pa.Table] = []
        self._refused: list[tuple[int, str, str, str]] = []
        self._received = self._untyped_rows = 0

    def write_rows(self, rows: Iterable[Any], page: int) -> None:
        """Take the rows of one page or file part; their order is their `_position`."""
        for row in rows:
            self.write_row(self._shape.typed(row), page)

    def write_row(self, typed: list[Any] | Refusal, page: int) -> None:
        """Take a row that is typed already, its `_extra` last, or was refused."""
        if self._tables:
            self._flush()
        if isinstance(typed, Refusal):
            self._refused.append((self._received, typed.rule, typed.reason, typed.record))
        else:
            self._rows.append([*typed, page, self._received])
        self._received += 1
        if len(self._rows) + len(self._refused) >= ROWS_IN_A_GROUP:
            self._flush()

    def refuse(self, record: Any, rule: str, reason: str) -> None:
        """Take a record that did not even become rows: one untyped row, with the record as received."""
        self._refused.append((self._received, rule, reason, as_received(record)))
        self._received += 1

    def write_table(self, table: pa.Table, pages: Iterable[tuple[int, int]]) -> None:
        """Take rows that are typed already: declared columns in declared order and type, of pages of so many rows each."""
        if self._rows:
            self._flush()
        count = table.num_rows
        first, self._received = self._received, self._received + count
        positions, extra, numbers = integers(range(first, first + count)), pa.nulls(count, pa.string()), repeated_integers(pages)
        self._tables.append(table.append_column("_extra", extra).append_column("_page", numbers).append_column("_position", positions))
        if first + count - (first // ROWS_IN_A_GROUP) * ROWS_IN_A_GROUP >= ROWS_IN_A_GROUP:
            self._flush()

    def _write_typed(self, columns: list[Any], count: int) -> None:
        batch, *moments = self._lineage
        constants = [same_text(batch, count), *(same_moment(moment, count) for moment in moments)]
        self._typed.write(pa.Table.from_arrays([*columns, *constants], schema=self._schema))

    def _flush(self) -> None:
        if self._tables:
            table = pa.concat_tables(self._tables).combine_chunks()
            self._tables.clear()
            self._write_typed(table.columns, table.num_rows)
        if self._rows:
            count = len(self._rows)
            columns = [pa.array(values, field.type) for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=False)]
            self._rows.clear()
            self._write_typed(columns, count)
        if self._refused:
            self._untyped = self._untyped or ParquetFile(self._place.untyped, UNTYPED, self._stack)
            columns = [pa.array(values, field.type) for values, field in zip(zip(*self._refused, strict=True), UNTYPED, strict=True)]
            self._untyped_rows += len(self._refused)
            self._refused.clear()
            self._untyped.write(pa.Table.from_arrays(columns, schema=UNTYPED))

    def close(self) -> TypedCounts:
        """Put the files in place and give the accounts; may be called again."""
        try:
            self._flush()
            for file in (self._typed, self._untyped):
                if file:
                    file.finish()
        except BaseException as failure:
            self._stack.__exit__(type(failure), failure, failure.__traceback__)
            raise
        if self._untyped is None:
            self._place.untyped.unlink(missing_ok=True)  # of an earlier typing of the same pages
        self._stack.close()
        return TypedCounts(self._received, self._untyped_rows, tuple(sorted(self._shape.undeclared)))

    def abandon(self, failure: BaseException) -> None:
        """Leave nothing behind of what was written."""
        self._stack.__exit__(type(failure), failure, failure.__traceback__)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        if failure is None:
            self.close()
        else:
            self.abandon(failure)
