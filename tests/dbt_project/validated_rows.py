"""Builds a small `validated/` tree from rows written by hand, so that a test can say what the warehouse must make of them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Stream
from kuulo.warehouse.empty_batches import EMPTY_BATCH

Row = Mapping[str, Any]

_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "json": pa.string(),
}
_LINEAGE = {
    "_extra": pa.string(),
    "_page": pa.int32(),
    "_position": pa.int64(),
    "_batch": pa.string(),
    "_window_start": pa.timestamp("us"),
    "_window_end": pa.timestamp("us"),
    "_landed_at": pa.timestamp("us"),
}
_RECEIPTS = {
    "run": pa.string(),
    "source": pa.string(),
    "stream": pa.string(),
    "finished_at": pa.timestamp("us"),
    "status": pa.string(),
    "message": pa.string(),
    "batches": pa.int64(),
    "received": pa.int64(),
    "validated": pa.int64(),
    "quarantined": pa.int64(),
    "quarantined_by_rule": pa.string(),
    "duplicates": pa.int64(),
    "bytes": pa.int64(),
    "newest_at": pa.timestamp("us"),
    "seconds": pa.float64(),
    "fields_added": pa.string(),
    "fields_missing": pa.string(),
}


def schema_of(stream: Stream) -> pa.Schema:
    """The Parquet schema of a stream's validated rows: its declared columns, then the lineage columns."""
    return pa.schema({**{column.name: _TYPES[column.type] for column in stream.columns}, **_LINEAGE})


def _value(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, str) and pa.types.is_timestamp(kind):
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if isinstance(value, str) and pa.types.is_date(kind):
        return date.fromisoformat(value)
    return value


def table_of(rows: Iterable[Row], schema: pa.Schema) -> pa.Table:
    """Rows with these columns, of Python values or ISO texts; what a row does not name is null."""
    given = list(rows)
    unknown = {name for row in given for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"columns that the stream does not declare: {sorted(unknown)}")
    columns = {field.name: pa.array([_value(row.get(field.name), field.type) for row in given], field.type) for field in schema}
    return pa.table(columns, schema=schema)


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


def write_validated(
    home: Path,
    rows: Mapping[tuple[str, str], Iterable[Row]],
    *,
    batch: str = "first",
    window_start: str = "2026-01-01",
    window_end: str = "2026-09-01",
    landed_at: str = "2026-09-01",
) -> None:
    """Write {(source, stream): rows} as one batch of each, and an empty batch of every stream of the catalog.

    Values are Python values or ISO texts; a row may name lineage columns too, which otherwise follow from the arguments.
    Call it again with another batch name for what arrives later.
    """
    for source in SOURCES.values():
        for stream in source.streams:
            folder = home / "validated" / source.name / stream.name
            schema = schema_of(stream)
            _write(folder / EMPTY_BATCH / "validated.parquet", schema.empty_table())
            lineage = {"_page": 1, "_batch": batch, "_window_start": window_start, "_window_end": window_end, "_landed_at": landed_at}
            given = rows.get((source.name, stream.name), ())
            numbered = [{**lineage, "_position": position, **row} for position, row in enumerate(given)]
            if numbered:
                _write(folder / batch / "validated.parquet", table_of(numbered, schema))
    unknown = set(rows) - {(source.name, stream.name) for source in SOURCES.values() for stream in source.streams}
    if unknown:
        raise ValueError(f"streams that are not in the catalog: {sorted(unknown)}")
    if not (home / "receipts" / "receipts.parquet").exists():
        write_receipts(home, [])


def write_receipts(home: Path, receipts: Iterable[Row]) -> None:
    """Write the run receipts as the one file that dbt reads them from."""
    _write(home / "receipts" / "receipts.parquet", table_of(receipts, pa.schema(_RECEIPTS)))
