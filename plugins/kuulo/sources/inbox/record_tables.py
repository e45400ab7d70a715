"""Files of records as tables: JSON lines and Parquet."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from kuulo.sources.inbox.feed import Feed, column_name
from kuulo.sources.inbox.feed_error import FeedError
from kuulo.sources.inbox.packed_bytes import MAX_UNPACKED_BYTES, open_bytes
from kuulo.sources.inbox.table import Row, Table, checked_header, is_blank

MAX_LINE_BYTES = 20_000_000
MAX_COLUMNS = 10_000
ROWS_AT_ONCE = 5_000
_LONG_INTEGER = re.compile(rb"[0-9]{19}")


@contextmanager
def json_lines_table(path: Path, feed: Feed, where: str) -> Iterator[Table]:
    """Open a .jsonl file (or .gz of one): one object a line; its columns are all keys that occur, and asked paths such as `user.id`."""
    header = checked_header(list(_keys(path, feed, where)), feed, where)
    with open_bytes(path, where) as lines:
        yield Table(header, _json_rows(_lines(lines, feed, where), header, feed), is_keyed=True)


def _nested(feed: Feed) -> list[str]:
    """The file columns that may be paths into nested objects, outer ones first."""
    return sorted((name for name in feed.asked_columns if "." in name), key=lambda name: name.count("."))


def _lines(lines: Any, feed: Feed, where: str) -> Iterator[bytes]:
    """Lines as UTF-8 bytes, blank ones left out."""
    skipped = 0
    while line := lines.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise FeedError(f"{where}: a line has more than {MAX_LINE_BYTES:,} bytes: a .jsonl file has one record a line")
        if skipped < feed.skip_rows:
            skipped += 1
            continue
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if line:
            yield line if feed.encoding == "utf-8-sig" else _recoded(line, feed, where)


def _recoded(line: bytes, feed: Feed, where: str) -> bytes:
    try:
        return line.decode(feed.encoding).encode()
    except UnicodeError:
        raise FeedError(f"{where}: not {feed.encoding}: declare another `encoding` in {feed.where}, or leave it out for UTF-8") from None


def _keys(path: Path, feed: Feed, where: str) -> dict[str, None]:
    """Every key of every record, and every asked path that a record has."""
    keys: dict[str, None] = {}
    nested = _nested(feed)
    records = 0
    with open_bytes(path, where) as lines:
        for line in _lines(lines, feed, where):
            record = _record(line)
            if record is None:
                continue
            records += 1
            keys.update(dict.fromkeys(column_name(key) for key in record))
            keys.update(dict.fromkeys(name for name in nested if name not in record and _at(record, name)[0]))
            if len(keys) > MAX_COLUMNS:
                raise FeedError(f"{where}: has more than {MAX_COLUMNS} different keys: keep what varies in one nested object")
    if not records:
        raise FeedError(f'{where}: holds no JSON object: a .jsonl file has one record a line, such as {{"id": 1}}')
    return keys


def _record(line: bytes) -> dict[str, Any] | None:
    """The line's object, exact for integers of any size; None where it is none."""
    try:
        value = orjson.loads(line)
        if _LONG_INTEGER.search(line):
            value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _at(record: dict[str, Any], path: str) -> tuple[bool, Any]:
    value: Any = record
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return False, None
        value = value[key]
    return True, value


def _json_rows(lines: Iterator[bytes], header: tuple[str, ...], feed: Feed) -> Iterator[Row]:
    nested, asked = _nested(feed), set(feed.asked_columns)
    for number, line in enumerate(lines, 1):
        record = _record(line)
        if record is None:
            yield Row(number, (line.decode(errors="replace"),), "the line is no JSON object in UTF-8")
            continue
        named = {column_name(key): value for key, value in record.items()}
        inner = {name: _at(record, name)[1] for name in nested if name not in named}
        for name in inner:
            path = name.split(".")
            if path[0] not in asked:
                _take_out(named, path)
        yield Row(number, [named[name] if name in named else inner.get(name) for name in header])


def _take_out(record: dict[str, Any], path: list[str]) -> None:
    """Leave out of nested objects what a column of its own has, so that it is not kept twice; what is empty then goes too."""
    inner = record.get(path[0])
    if len(path) == 1:
        record.pop(path[0], None)
    elif isinstance(inner, dict) and inner:
        _take_out(inner, path[1:])
        if not inner:
            del record[path[0]]


@contextmanager
def parquet_table(path: Path, feed: Feed, where: str) -> Iterator[Table]:
    """Open a .parquet file as a table."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        raise FeedError(f"{where}: not a Parquet file, or one that was cut off: copy it again") from None
    with file:
        groups = range(file.metadata.num_row_groups)
        if sum(file.metadata.row_group(group).total_byte_size for group in groups) > MAX_UNPACKED_BYTES:
            raise FeedError(f"{where}: more than {MAX_UNPACKED_BYTES:,} bytes when unpacked: split it into several files")
        header = checked_header(file.schema_arrow.names, feed, where)
        yield Table(header, _parquet_rows(file, header, where), is_keyed=True)


def _parquet_rows(file: pq.ParquetFile, header: tuple[str, ...], where: str) -> Iterator[Row]:
    number = 0
    try:
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            columns = [_cells(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                if not all(is_blank(cell) for cell in cells):
                    number += 1
                    yield Row(number, *_unheld(header, cells))
    except (pa.ArrowException, OSError):
        raise FeedError(f"{where}: the Parquet file is broken after row {number}: copy it again") from None


def _cells(column: Any) -> list[Any]:
    """Python values; nanoseconds cut to microseconds, NaN (a data frame's null) as null."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    elif pa.types.is_duration(kind) and kind.unit == "ns":
        column = column.cast(pa.duration("us"), safe=False)
    elif pa.types.is_time64(kind) and kind.unit == "ns":
        column = column.cast(pa.time64("us"), safe=False)
    values = _python_values(column)
    return [None if value is not None and math.isnan(value) else value for value in values] if pa.types.is_floating(kind) else values


@dataclass(frozen=True)
class _Unheld:
    """A Parquet value that Python cannot hold: why, and what of it quarantine can keep."""

    why: str
    kept: str


def _python_values(column: Any) -> list[Any]:
    """The column's values; one by one where Python cannot hold all of them."""
    try:
        return list(column.to_pylist())
    except LookupError:  # a zone that is not known here; its moments are UTC all the same
        column = column.cast(pa.timestamp(column.type.unit, tz="UTC")) if pa.types.is_timestamp(column.type) else column
    except (ArithmeticError, ValueError):
        pass
    return [_python_value(scalar) for scalar in column]


def _python_value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeError:
        return _Unheld("text that is no UTF-8", _bytes_text(scalar))
    except (ArithmeticError, ValueError):
        return _Unheld("a time outside the years 1 to 9999, or too long a duration", f"{getattr(scalar, 'value', '')} of {scalar.type}")
    except LookupError:
        return _Unheld("a time in an unknown zone", str(scalar.type))


def _bytes_text(scalar: Any) -> str:
    whole = scalar.as_buffer() if hasattr(scalar, "as_buffer") else None
    return whole.to_pybytes().decode(errors="backslashreplace") if whole is not None else str(scalar.type)


def _unheld(header: tuple[str, ...], cells: Sequence[Any]) -> tuple[Sequence[Any], str]:
    """The cells, and the row's fault where one of them cannot be held."""
    faults = [f"{header[place] or f'column {place + 1}'}: {cell.why}" for place, cell in enumerate(cells) if isinstance(cell, _Unheld)]
    return ([cell.kept if isinstance(cell, _Unheld) else cell for cell in cells], "; ".join(faults)) if faults else (cells, "")
