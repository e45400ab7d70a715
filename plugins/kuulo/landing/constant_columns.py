"""Arrow columns made from plain buffers: pa.array and pa.scalar import pandas at their first use, which costs half a second."""

from array import array
from collections.abc import Iterable
from datetime import UTC, datetime

import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def integers(values: Iterable[int]) -> pa.Array:
    """An int64 column without nulls."""
    numbers = array("q", values)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def repeated_integers(times: Iterable[tuple[int, int]]) -> pa.Array:
    """An int32 column of values that each come so many times, one after the other."""
    numbers = array("i")
    for value, count in times:
        numbers.extend(array("i", [value]) * count)
    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(numbers)])


def same_moment(value: datetime, count: int) -> pa.Array:
    """A timestamp column that says the same in every row."""
    since = value - _EPOCH
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return pa.Array.from_buffers(pa.timestamp("us"), count, [None, pa.py_buffer(array("q", [microseconds]) * count)])


def same_text(value: str, count: int) -> pa.Array:
    """A string column that says the same in every row."""
    text = value.encode()
    ends = array("i", range(0, len(text) * count + 1, len(text)))
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(ends), pa.py_buffer(text * count)])
