"""typed.parquet and untyped.parquet of a file: its rows come first, and the days they speak of are known after the last."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.landing.declaration import UNTYPED, typed_schema
from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.record_shape import Refusal
from kuulo.landing.whole_files import whole_file
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
    """The earliest and latest of a stream's event times."""

    places: tuple[int, ...]
    first: datetime | None = None
    last: datetime | None = None

    def widen(self, columns: list[Any]) -> None:
        moments = [moment for place in self.places for moment in columns[place] if moment is not None]
        if moments:
            self.first = min(moments) if self.first is None else min(self.first, min(moments))
            self.last = max(moments) if self.last is None else max(self.last, max(moments))

    def window(self, landed_at: datetime) -> Window:
        """Whole days in UTC; what lies after the day of landing is not counted."""
        if self.first is None or self.last is None:
            return _NO_TIMES
        day = timedelta(days=1)
        landing_ends = _midnight(landed_at.astimezone(UTC)) + day
        last = self.last.replace(tzinfo=UTC)
        end = landing_ends if last >= landing_ends else _midnight(last) + day
        return Window(min(_midnight(self.first.replace(tzinfo=UTC)), end - day), end)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def write_file_rows(*, place: BatchPlace, stream: Stream, rows: Iterable[CanonicalRow | Refusal], landed_at: datetime) -> FileCounts:
    """Write the rows of a file; nothing appears unless all could be written.

    The rows are written aside without their window, which is known only at the end, and then once more with it.
    """
    schema = typed_schema(stream)
    names = [column.name for column in stream.columns]
    span = _Span(tuple(names.index(name) for name in EVENT_TIMES[stream.name]))
    aside_place = place.typed.with_name(".rows.parquet")
    with ExitStack() as stack:
        aside_place.parent.mkdir(parents=True, exist_ok=True)
        stack.callback(aside_place.unlink, missing_ok=True)
        received, untyped = _write_aside(place, aside_place, schema, len(names), rows, span)
        window = span.window(landed_at)
        _write_typed(place, aside_place, schema, window, landed_at)
    return FileCounts(received, untyped, window)


def _write_aside(
    place: BatchPlace, aside: Any, schema: pa.Schema, width: int, rows: Iterable[CanonicalRow | Refusal], span: _Span
) -> tuple[int, int]:
    kept = pa.schema([*list(schema)[:width], schema.field("_extra"), schema.field("_position")])
    received = untyped = 0
    with ExitStack() as stack:
        typed_file = stack.enter_context(pq.ParquetWriter(aside, kept, compression="zstd"))
        untyped_file: pq.ParquetWriter | None = None
        for typed, refused in _chunks(rows):
            if typed:
                columns: list[Any] = list(zip(*typed, strict=True))
                span.widen(columns)
                typed_file.write_table(pa.Table.from_arrays([pa.array(v, f.type) for v, f in zip(columns, kept, strict=True)], schema=kept))
            if refused:
                if untyped_file is None:
                    target = stack.enter_context(whole_file(place.untyped))
                    untyped_file = stack.enter_context(pq.ParquetWriter(target, UNTYPED, compression="zstd"))
                columns = list(zip(*refused, strict=True))
                untyped_file.write_table(
                    pa.Table.from_arrays([pa.array(v, f.type) for v, f in zip(columns, UNTYPED, strict=True)], schema=UNTYPED)
                )
            received, untyped = received + len(typed) + len(refused), untyped + len(refused)
    return received, untyped


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


def _write_typed(place: BatchPlace, aside: Any, schema: pa.Schema, window: Window, landed_at: datetime) -> None:
    constants = {
        "_page": 1,
        "_batch": place.batch,
        "_window_start": _naive(window.start),
        "_window_end": _naive(window.end),
        "_landed_at": _naive(landed_at),
    }
    with pq.ParquetFile(aside) as rows, whole_file(place.typed) as target, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in range(rows.num_row_groups):
            table = rows.read_row_group(group)
            columns = [
                pa.repeat(pa.scalar(constants[field.name], field.type), table.num_rows)
                if field.name in constants
                else table.column(field.name)
                for field in schema
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
