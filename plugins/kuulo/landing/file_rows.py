"""typed.parquet and untyped.parquet of a file: its rows come first, and the days they speak of are known after the last."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.landing.declaration import UNTYPED, typed_schema
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.record_shape import Refusal
from kuulo.landing.whole_files import private_folder, whole_file
from kuulo.sources.inbox.row_mapping import CanonicalRow
from kuulo.sources.source import Stream, Window

ROWS_IN_A_GROUP = 20_000
EVENT_TIMES = {
    "survey_answers": ("submitted_at",),
    "survey_invites": ("sent_at", "responded_at"),
    "contacts": ("opened_at", "ended_at"),
    "usage_events": ("occurred_at",),
    "subscriptions": ("started_at", "ended_at"),
    "orders": ("ordered_at",),
    "reviews": ("posted_at",),
    "customers": ("created_at",),
}
_NO_TIMES = Window(datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC))


@dataclass(frozen=True)
class FileCounts:
    """The accounts of a file: received = typed rows + untyped rows; and the days that its events happened on."""

    received: int
    untyped: int
    window: Window


@dataclass
class _Span:
    """The earliest and latest of a stream's event times that are not after the landing.

    What lies after it is planned or mistaken (the end of a contract next year): it does not say that the file reaches up to today.
    """

    places: tuple[int, ...]
    landed_at: datetime
    first: datetime | None = None
    last: datetime | None = None

    def widen(self, columns: list[Any]) -> None:
        moments = [moment for place in self.places for moment in columns[place] if moment is not None and moment <= self.landed_at]
        if moments:
            self.first = min(moments) if self.first is None else min(self.first, *moments)
            self.last = max(moments) if self.last is None else max(self.last, *moments)

    def window(self) -> Window:
        """Whole days in UTC."""
        if self.first is None or self.last is None:
            return _NO_TIMES
        day = timedelta(days=1)
        return Window(_midnight(self.first.replace(tzinfo=UTC)), _midnight(self.last.replace(tzinfo=UTC)) + day)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def write_file_rows(*, place: BatchPlace, stream: Stream, rows: Iterable[CanonicalRow | Refusal], landed_at: datetime) -> FileCounts:
    """Write the rows of a file; nothing appears unless all could be written.

    The rows are written aside without their window, which is known only at the end, and then once more with it.
    """
    private_folder(place.landing)
    aside = place.typed.with_name(".rows.parquet")
    try:
        with _RowsAside(place, stream, aside, landed_at) as kept:
            for typed, refused in _chunks(rows):
                kept.write(typed, refused)
        window = kept.span.window()
        _write_with_window(place, stream, aside, window, landed_at)
    finally:
        aside.unlink(missing_ok=True)
    return FileCounts(kept.received, kept.untyped, window)


class _RowsAside:
    """The rows as they come: typed ones without lineage in a file aside, refused ones in untyped.parquet, which appears at the end."""

    def __init__(self, place: BatchPlace, stream: Stream, aside: Path, landed_at: datetime) -> None:
        names = [column.name for column in stream.columns]
        declared = typed_schema(stream)
        self._schema = pa.schema([*list(declared)[: len(names)], declared.field("_extra"), declared.field("_position")])
        self._stack, self._place = ExitStack(), place
        self._typed = self._stack.enter_context(pq.ParquetWriter(aside, self._schema, compression="zstd"))
        self._refused: pq.ParquetWriter | None = None
        times = tuple(names.index(name) for name in EVENT_TIMES[stream.name])
        self.span = _Span(times, landed_at.astimezone(UTC).replace(tzinfo=None))
        self.received = self.untyped = 0

    def write(self, typed: list[list[Any]], refused: list[tuple[int, str, str, str]]) -> None:
        """Take some rows."""
        if typed:
            columns = list(zip(*typed, strict=True))
            self.span.widen(columns)
            self._typed.write_table(_table(columns, self._schema))
        if refused:
            self._refused = self._refused or self._open_refused()
            self._refused.write_table(_table(list(zip(*refused, strict=True)), UNTYPED))
        self.received += len(typed) + len(refused)
        self.untyped += len(refused)

    def _open_refused(self) -> Any:
        return self._stack.enter_context(pq.ParquetWriter(self._stack.enter_context(whole_file(self._place.untyped)), UNTYPED))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: Any) -> None:
        self._stack.__exit__(*failure)


def _table(columns: list[Any], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema)


def _chunks(rows: Iterable[CanonicalRow | Refusal]) -> Iterator[tuple[list[list[Any]], list[tuple[int, str, str, str]]]]:
    typed: list[list[Any]] = []
    refused: list[tuple[int, str, str, str]] = []
    for position, row in enumerate(rows):
        if isinstance(row, Refusal):
            refused.append((position, row.rule, row.reason, row.record))
        else:
            typed.append([*row.values, row.extra, position])
        if len(typed) + len(refused) >= ROWS_IN_A_GROUP:
            yield typed, refused
            typed, refused = [], []
    yield typed, refused


def _write_with_window(place: BatchPlace, stream: Stream, aside: Path, window: Window, landed_at: datetime) -> None:
    schema = typed_schema(stream)
    times = {"_window_start": window.start, "_window_end": window.end, "_landed_at": landed_at}
    lineage = {"_page": 1, "_batch": place.batch, **{name: moment.astimezone(UTC).replace(tzinfo=None) for name, moment in times.items()}}
    with pq.ParquetFile(aside) as rows, whole_file(place.typed) as target, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(rows.num_row_groups):
            table = rows.read_row_group(group)
            for place_of, field in enumerate(schema):
                if field.name in lineage:
                    table = table.add_column(place_of, field, pa.repeat(pa.scalar(lineage[field.name], field.type), table.num_rows))
            writer.write_table(table)
