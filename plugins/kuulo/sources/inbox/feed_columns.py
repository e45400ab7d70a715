"""The `columns:` of a feed.yml: where each canonical column comes from."""

import time
from datetime import UTC, datetime
from typing import Any

from kuulo.sources.inbox.feed import ColumnRule, column_name
from kuulo.sources.inbox.feed_error import FeedError, listed
from kuulo.sources.inbox.feed_parts import mapping_of, refuse_unknown, text_map_of, text_of, texts_of
from kuulo.sources.source import Column, Stream

EPOCHS = ("epoch_seconds", "epoch_milliseconds")
_KEYS = ("column", "columns", "format", "map", "value")


def read_columns(said: Any, stream: Stream, where: str) -> dict[str, ColumnRule]:
    """Check `columns:` against the stream's canonical columns."""
    pairs = mapping_of(said, where, "columns")
    known = {column.name: column for column in stream.columns}
    unknown = [name for name in pairs if name not in known]
    if unknown:
        raise FeedError(f"{where}: {stream.name} has no column {listed(unknown)}: its columns are {listed(known)}")
    return {name: _rule(value, known[name], f"{where}: columns: {name}") for name, value in pairs.items()}


def _rule(value: Any, column: Column, where: str) -> ColumnRule:
    if isinstance(value, str) and value.strip():
        return ColumnRule(columns=(column_name(value),))
    if not isinstance(value, dict):
        raise FeedError(
            f"{where}: name the file's column, or write {{column:, format:}}, {{columns: [..]}}, {{column:, map:}} or {{value:}}"
        )
    refuse_unknown(value, _KEYS, where, "a column")
    if len([key for key in ("column", "columns", "value") if key in value]) != 1:
        raise FeedError(f"{where}: needs exactly one of `column`, `columns` and `value`")
    if "value" in value:
        return _constant(value, where)
    named = texts_of(value["columns"], where, "columns") if "columns" in value else (text_of(value["column"], where, "column"),)
    columns = tuple(column_name(name) for name in named)
    if not columns or "" in columns:
        raise FeedError(f"{where}: names a blank file column: write the name that the file's header has")
    return ColumnRule(
        columns=columns,
        format=_format(value, column, where),
        map=text_map_of(value["map"], where, "map") if "map" in value else None,
    )


def _constant(value: dict[str, Any], where: str) -> ColumnRule:
    if "map" in value or "format" in value:
        raise FeedError(f"{where}: a `value` takes no `map` or `format`: write the value itself (times as ISO 8601)")
    return ColumnRule(value=None if value["value"] is None else text_of(value["value"], where, "value"))


def takes_format(column: Column) -> bool:
    """Whether the column's values may be written in a time format: moments, and durations in seconds."""
    return column.type in ("timestamp", "date") or column.name.endswith("_seconds")


def _format(value: dict[str, Any], column: Column, where: str) -> str:
    if "format" not in value:
        return ""
    written = text_of(value["format"], where, "format")
    if not takes_format(column):
        raise FeedError(f"{where}: `format` is for times, and {column.name} is {column.type}: leave it out")
    if written not in EPOCHS:
        _check_format(written, where)
        if column.type in ("timestamp", "date"):
            _refuse_no_year(written, where)
    return written


def _check_format(written: str, where: str) -> None:
    try:
        time.strptime("", written)
    except ValueError as error:
        wrong = "bad directive" in str(error) or "stray %" in str(error)
    except (KeyError, IndexError):
        wrong = True
    else:
        wrong = not written.strip()
    if wrong or "%" not in written:
        raise FeedError(
            f"{where}: format {written!r} is not one: write it like %d.%m.%Y %H:%M, or {' or '.join(EPOCHS)} (leave it out for ISO 8601)"
        )


def _refuse_no_year(written: str, where: str) -> None:
    """What a format does not name would be taken from the first of January 1900."""
    if datetime(2026, 1, 1, tzinfo=UTC).strftime(written) == datetime(2031, 1, 1, tzinfo=UTC).strftime(written):
        raise FeedError(
            f"{where}: format {written!r} names no year: join the file's column that has it, as {{columns: [Day, Time], format:}}"
        )
