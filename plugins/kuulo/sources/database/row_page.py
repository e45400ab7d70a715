"""A batch of rows as the bytes of a page, exactly: decimals, bytes and odd floats are texts, times are ISO 8601 as they were."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from kuulo.sources.inbox.cell_text import duration_text

RECORDS_AT = "rows"


def _plain(value: Any) -> Any:
    """What JSON has no value for, as text."""
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


def _whole(value: Any) -> Any:
    """The value, where JSON's number would be another: a float that is none becomes its text."""
    return str(value) if value.__class__ is float and not math.isfinite(value) else value


def encoded(row: Sequence[Any]) -> bytes:
    """One row as JSON; equal rows are equal bytes."""
    cells = [_whole(value) for value in row]
    try:
        return orjson.dumps(cells, default=_plain)
    except (orjson.JSONEncodeError, TypeError):  # an integer beyond 64 bits, half a surrogate pair
        return json.dumps(cells, default=_plain, separators=(",", ":")).encode()


def page_body(columns: Sequence[str], rows: Sequence[bytes]) -> bytes:
    """The page: the columns once, then every row."""
    return b'{"columns":' + orjson.dumps(list(columns)) + b',"rows":[\n' + b",\n".join(rows) + b"\n]}"
