"""Rows of a file into rows of the canonical stream: one each, or one for each answered question of a wide file."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from kuulo.landing.coercion import CannotType, json_text
from kuulo.landing.record_shape import Refusal
from kuulo.sources.inbox.cell_text import as_read
from kuulo.sources.inbox.column_reading import NotInMap, RowReader, row_reader
from kuulo.sources.inbox.feed import Feed
from kuulo.sources.inbox.feed_error import shown
from kuulo.sources.inbox.question_reading import Answer, question_readers
from kuulo.sources.inbox.table import Row, Table, is_blank


@dataclass
class CanonicalRow:
    """A typed row: the stream's columns in declared order, and what is not declared as JSON."""

    values: list[Any]
    extra: str | None


class RowMapping:
    """Maps the rows of one table.

    Attributes:
        missing: answers so far that were blank or declared missing.
        undeclared: file columns that feed.yml does not name; their values are kept in `_extra`.
    """

    def __init__(self, feed: Feed, table: Table, file_name: str) -> None:
        self._feed, self._table = feed, table
        self._feed_name, self._file = shown(feed.name), shown(file_name)
        self._names = [column.name for column in feed.stream.columns]
        self._readers = self._column_readers()
        self._questions = question_readers(feed, table)
        self._id_place = self._absent(feed.stream.primary_key[0])
        self._survey_place = self._absent("survey_id")
        self._extras = [(place, name or f"column {place + 1}") for place, name in enumerate(table.header) if name not in feed.asked_columns]
        self.undeclared = tuple(sorted(name for _, name in self._extras))
        self.missing = 0

    def _absent(self, name: str) -> int | None:
        """The place of a canonical column that feed.yml leaves out, None where it does not or the stream has none."""
        return self._names.index(name) if name in self._names and name not in self._feed.columns else None

    def _column_readers(self) -> list[tuple[int, str, RowReader]]:
        readers = []
        for place, column in enumerate(self._feed.stream.columns):
            if rule := self._feed.columns.get(column.name):
                readers.append((place, column.name, row_reader(column, rule, self._feed, self._table.header, self._table.serials)))
        return readers

    def rows(self) -> Iterator[CanonicalRow | Refusal]:
        """Every row of the table, typed or refused, in the file's order."""
        for row in self._table.rows:
            if row.fault:
                yield Refusal("typed:record", row.fault, self._record(row))
            elif self._questions:
                yield from self._answers(row)
            else:
                yield self._typed(row)

    def _typed(self, row: Row) -> CanonicalRow | Refusal:
        values: list[Any] = [None] * len(self._names)
        if self._id_place is not None:
            values[self._id_place] = f"{self._feed_name}/{self._file}#{row.number}"
        if self._survey_place is not None:
            values[self._survey_place] = self._feed_name
        doing = "_extra"
        try:
            for place, name, read in self._readers:
                doing = name
                values[place] = read(row.cells)
            doing = "_extra"
            return CanonicalRow(values, self._extra(row.cells))
        except CannotType as why:
            rule = f"map:{doing}" if isinstance(why, NotInMap) else f"typed:{doing}"
            return Refusal(rule, f"{doing}: {why}", self._record(row))

    def _answers(self, row: Row) -> Iterator[CanonicalRow | Refusal]:
        """A row for each answered question; a wrong date or id of the file's row refuses each of them."""
        typed: CanonicalRow | Refusal | None = None
        for question in self._questions:
            try:
                answer = question.read(row.cells)
            except CannotType as why:
                rule = "map" if isinstance(why, NotInMap) else "typed"
                yield Refusal(f"{rule}:score", f"score of question {question.rule.question_id}: {why}", self._record(row))
                continue
            if answer is None:
                self.missing += 1
                continue
            typed = typed or self._typed(row)
            yield self._with_answer(typed, answer) if isinstance(typed, CanonicalRow) else typed

    def _with_answer(self, typed: CanonicalRow, answer: Answer) -> CanonicalRow:
        values = typed.values.copy()
        for place, value in answer:
            values[place] = value
        return CanonicalRow(values, typed.extra)

    def _extra(self, cells: Sequence[Any]) -> str | None:
        kept = {}
        only_text = True
        for place, name in self._extras:
            cell = cells[place]
            if is_blank(cell):
                continue
            only_text = only_text and type(cell) is str
            kept[name] = as_read(cell)
        return _json(kept, only_text) if kept else None

    def _record(self, row: Row) -> str:
        """The row as it was received, for quarantine."""
        return record_text(self._table.header, row)


def _json(kept: dict[str, Any], only_text: bool) -> str | None:
    """JSON text; that of texts alone, as all text files have them, is made the fast way."""
    if only_text:
        with contextlib.suppress(orjson.JSONEncodeError):  # half a surrogate pair, which json_text refuses with its reason
            text = orjson.dumps(kept).decode()
            if "\\u0000" not in text:
                return text
    return json_text(kept)


def record_text(header: Sequence[str], row: Row) -> str:
    """A row as JSON: by the header's names, or as a list of cells where they do not fit it."""
    cells: Any = [as_read(cell) for cell in row.cells]
    if not row.fault:
        cells = {name or f"column {place + 1}": cell for place, (name, cell) in enumerate(zip(header, cells, strict=True))}
    try:
        return json.dumps(cells, default=str, allow_nan=False)  # ASCII escapes keep even half a surrogate pair
    except (ValueError, RecursionError):
        return json.dumps(repr(cells))
