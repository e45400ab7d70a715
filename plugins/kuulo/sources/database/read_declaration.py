"""databases/<name>.yml -> Declaration, or one clear line about what in it is wrong."""

import contextlib
import re
from datetime import timedelta
from typing import Any

from kuulo.settings import Settings
from kuulo.sources.database.declaration import NAME, Declaration, Watermark, declaration_file
from kuulo.sources.database.query_text import checked_query
from kuulo.sources.inbox.column_reading import check_fixed_values
from kuulo.sources.inbox.feed import ColumnRule, Feed, column_name
from kuulo.sources.inbox.feed_columns import EPOCHS, read_columns
from kuulo.sources.inbox.feed_error import FeedError, listed, shown
from kuulo.sources.inbox.feed_parts import mapping_of, refuse_unknown, text_of
from kuulo.sources.inbox.feed_questions import FROM_QUESTIONS, read_questions
from kuulo.sources.inbox.feed_yaml import load_feed_yaml
from kuulo.sources.inbox.question_reading import check_score_maps
from kuulo.sources.inbox.read_feed import known_scales, stream_of, timezone_of
from kuulo.sources.source import Stream

_KEYS = (
    "connection", "stream", "table", "query", "watermark", "overlap", "full", "columns", "questions", "timezone", "batch_rows", "timeout",
)  # fmt: skip
_OVERLAP, _TIMEOUT = "1h", "30m"
_SPAN = re.compile(r"([0-9]{1,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PART = re.compile(r"[^\W\d][\w $-]{0,127}")
_BATCH_ROWS = range(100, 100_001)
_DIRECTIVE = re.compile(r"%.")
_SORTED_DIRECTIVES = ["%Y", "%m", "%d", "%H", "%M", "%S", "%f"]


def declaration_names(settings: Settings) -> list[str]:
    """The names of the declarations that there are, in order."""
    return sorted(shown(path.stem) for path in settings.databases.glob("*.yml") if not path.name.startswith("."))


def connections_named(settings: Settings) -> frozenset[str]:
    """The ids of the connections that declarations name, in small letters; what cannot be read is told when it is its turn."""
    named = set()
    for name in declaration_names(settings):
        with contextlib.suppress(FeedError):
            where = declaration_file(name)
            named.add(_connection(load_feed_yaml(settings.databases / f"{name}.yml", where), where).lower())
    return frozenset(named)


def read_declaration(settings: Settings, name: str) -> Declaration:
    """Read and check a declaration."""
    where = declaration_file(name)
    if not NAME.fullmatch(name):
        raise FeedError(f"{where}: name it with up to 64 of a-z, 0-9 and _")
    said = load_feed_yaml(settings.databases / f"{name}.yml", where)
    refuse_unknown(said, _KEYS, where, "a declaration")
    feed = _feed(said, name, settings, where)
    full = _truth(said, "full", where)
    return Declaration(
        name=name,
        feed=feed,
        connection=_connection(said, where),
        watermark=_watermark(said, where, full=full),
        overlap=timedelta() if full else _span(said, "overlap", _OVERLAP, where),
        full=full,
        batch_rows=_batch_rows(said, where),
        timeout=_span(said, "timeout", _TIMEOUT, where),
        **_relation(said, where),
    )


def _feed(said: dict[str, Any], name: str, settings: Settings, where: str) -> Feed:
    stream = stream_of(said, where)
    questions = read_questions(said["questions"], stream, known_scales(settings), where) if said.get("questions") is not None else ()
    columns = read_columns(said.get("columns"), stream, where)
    _check_columns(columns, stream, FROM_QUESTIONS if questions else (), where)
    feed = Feed(name=name, file=where, stream=stream, columns=columns, questions=questions, timezone=timezone_of(said, settings, where))
    check_fixed_values(feed)
    check_score_maps(feed)
    return feed


def _check_columns(columns: dict[str, ColumnRule], stream: Stream, from_questions: tuple[str, ...], where: str) -> None:
    twice = [name for name in from_questions if name in columns]
    if twice:
        raise FeedError(f"{where}: {listed(twice)} comes from `questions`: take it out of `columns`")
    needed = dict.fromkeys([*stream.primary_key, *(column.name for column in stream.columns if column.required)])
    lacking = [name for name in needed if name not in columns and name not in from_questions]
    if lacking:
        raise FeedError(f"{where}: {stream.name} needs {listed(lacking)}: add to `columns` a column of the table or {{value:}}")


def _connection(said: dict[str, Any], where: str) -> str:
    if said.get("connection") is None:
        raise FeedError(f"{where}: lacks `connection`: write the id of an Airflow connection to the database")
    return text_of(said["connection"], where, "connection").strip()


def _relation(said: dict[str, Any], where: str) -> dict[str, Any]:
    table, query = said.get("table"), said.get("query")
    if (table is None) == (query is None):
        raise FeedError(f"{where}: needs exactly one of `table` and `query`")
    if query is not None:
        return {"query": checked_query(text_of(query, where, "query"), where)}
    parts = tuple(part.strip() for part in text_of(table, where, "table").split("."))
    if len(parts) > 3 or not all(_PART.fullmatch(part) for part in parts):
        raise FeedError(f"{where}: table: write it as table or schema.table, of letters, digits and _ (for anything else use `query`)")
    return {"table": parts}


def _watermark(said: dict[str, Any], where: str, *, full: bool) -> Watermark | None:
    value = said.get("watermark")
    if value is None:
        if full:
            return None
        raise FeedError(
            f"{where}: lacks `watermark`: name the column that tells when a row came or changed, or write `full: true` "
            "for a small table that is read whole each time"
        )
    if full:
        raise FeedError(f"{where}: `full: true` reads the whole table each time and takes no `watermark`: leave one of them out")
    if not isinstance(value, dict):
        return Watermark(column=_column(value, where))
    keys = mapping_of(value, where, "watermark")
    refuse_unknown(keys, ("column", "format"), f"{where}: watermark", "a watermark")
    written = text_of(keys["format"], where, "format") if keys.get("format") is not None else ""
    if written and written not in EPOCHS and not _sorts(written):
        raise FeedError(
            f"{where}: watermark: format {written!r} does not sort as time does: use {listed(EPOCHS)}, "
            "or year, month, day, hours, minutes and seconds in this order, such as %Y-%m-%d %H:%M:%S"
        )
    return Watermark(column=_column(keys.get("column"), where), format=written)


def _column(value: Any, where: str) -> str:
    name = column_name(text_of(value, where, "watermark"))
    if not name:
        raise FeedError(f"{where}: watermark: names a blank column")
    return name


def _sorts(written: str) -> bool:
    found = _DIRECTIVE.findall(written)
    return bool(found) and found == _SORTED_DIRECTIVES[: len(found)]


def _truth(said: dict[str, Any], key: str, where: str) -> bool:
    text = text_of(said.get(key, "false"), where, key).strip().lower()
    if text not in ("true", "false"):
        raise FeedError(f"{where}: `{key}` must be true or false")
    return text == "true"


def _span(said: dict[str, Any], key: str, usual: str, where: str) -> timedelta:
    found = _SPAN.fullmatch(text_of(said.get(key, usual), where, key).strip())
    if not found or (key == "timeout" and not int(found[1])):
        raise FeedError(f"{where}: `{key}` is not a span of time: write it like 90s, 15m, 1h or 2d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _batch_rows(said: dict[str, Any], where: str) -> int:
    text = text_of(said.get("batch_rows", "5000"), where, "batch_rows").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) in _BATCH_ROWS):
        raise FeedError(f"{where}: `batch_rows` must be a number from {_BATCH_ROWS.start} to {_BATCH_ROWS.stop - 1:,}")
    return int(text)
