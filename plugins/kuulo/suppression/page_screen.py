"""A vendor's page held against the list of suppressed people, before it is kept: their records are cut out of its bytes."""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kuulo.sources.page_json import decode_page, value_at
from kuulo.sources.source import Stream
from kuulo.suppression.mentions import Mentions
from kuulo.suppression.page_cut import rewritten
from kuulo.suppression.suppression_list import SuppressionList
from kuulo.suppression.ties import Tie, kinds_of, tied, ties_of


@dataclass(frozen=True)
class Screened:
    """A page without suppressed people.

    Attributes:
        cut: records that were cut out.
        learned: ids of those records, which other streams may name.
    """

    body: bytes
    cut: int = 0
    learned: frozenset[str] = frozenset()


class _StreamTies:
    """One stream's ties on records as they come."""

    def __init__(self, source: str, stream: Stream) -> None:
        self.stream, self.ties = stream, ties_of(source, stream.name)
        self._paths = {column.name: column.path for column in stream.columns}

    def _value(self, row: dict[str, Any], column: str) -> Any:
        value: Any = row
        for key in self._paths[column]:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def rows(self, record: Any, parent: dict[str, str]) -> list[dict[str, Any]]:
        """The record's rows, or the record itself where it has none."""
        if not isinstance(record, dict):
            return []
        if self.stream.rows_of is None:
            return [record]
        try:
            return list(self.stream.rows_of(record, parent)) or [record]
        except (AttributeError, KeyError, TypeError, ValueError):
            return [record]

    def judged(self, record: Any, parent: dict[str, str], suppression: SuppressionList) -> Iterator[tuple[bool, frozenset[str]]]:
        for row in self.rows(record, parent):
            found = tied(self.ties, lambda column, row=row: self._value(row, column), suppression.holds)  # type: ignore[misc]
            yield found.is_suppressed, found.names


class PageScreen:
    """Screens the pages of one stream and of those made of them."""

    def __init__(self, suppression: SuppressionList, source: str, streams: Sequence[Stream]) -> None:
        self._suppression = suppression
        self._streams = [_StreamTies(source, stream) for stream in streams if ties_of(source, stream.name)]
        self._parents: dict[str, Tie] = {tie.column: tie for each in self._streams for tie in each.ties if not tie.type_column}
        self.mentions = Mentions(suppression, source, kinds_of(source))

    def screened(self, body: bytes, records_at: str, parent: dict[str, str]) -> Screened:
        """The page as it may be kept; the very same bytes where nobody of the list is in it."""
        if self._is_of_one(parent):
            return Screened(_emptied(records_at), 1)
        cut, learned, changed = set[int](), set[str](), dict[int, Any]()
        for index, record in enumerate(_records(body, records_at)):
            kept, names = self._kept(record, parent)
            learned |= names
            if kept is None:
                cut.add(index)
            elif kept is not record:
                changed[index] = kept
        if cut or changed:
            body = rewritten(body, records_at, lambda index, record: None if index in cut else changed.get(index, record))
        return Screened(self.mentions.redacted(body), len(cut) + len(changed), frozenset(learned))

    def theirs(self, body: bytes, records_at: str, parent: dict[str, str]) -> list[Any]:
        """The page's records that are theirs, whole or in part; all of it, where it was asked for one of theirs."""
        if self._is_of_one(parent):
            return [decode_page(body)]
        return [record for record in _records(body, records_at) if self._kept(record, parent)[0] is not record]

    def _is_of_one(self, parent: dict[str, str]) -> bool:
        """Whether the page was asked for a record of a suppressed person: all of it is about that."""
        told = [(self._parents[name], value) for name, value in parent.items() if name in self._parents]
        return any(self._suppression.holds(node) for tie, value in told for node in tie.nodes(value))

    def _kept(self, record: Any, parent: dict[str, str]) -> tuple[Any, frozenset[str]]:
        """The record, what is left of it, or None; and the ids of what goes."""
        shared, names = False, frozenset[str]()
        for each in self._streams:
            rows = list(each.judged(record, parent, self._suppression))
            suppressed = [learned for is_suppressed, learned in rows if is_suppressed]
            names = names.union(*suppressed)
            if rows and len(suppressed) == len(rows):
                return None, names
            shared = shared or bool(suppressed)
        return (self._without_parts(record, parent) if shared else record), names

    def _count(self, record: Any, parent: dict[str, str]) -> tuple[int, int]:
        rows = [is_suppressed for each in self._streams for is_suppressed, _ in each.judged(record, parent, self._suppression)]
        return sum(rows), len(rows) - sum(rows)

    def _without_parts(self, record: Any, parent: dict[str, str]) -> Any:
        """A record that others share: the elements of its lists that are the suppressed person's go, found by trying each."""
        left, (theirs, others) = deepcopy(record), self._count(record, parent)
        for path in _lists(record):
            holder = _at(left, path)
            for place in reversed(range(len(holder))):
                element = holder.pop(place)
                now = self._count(left, parent)
                if now[1] >= others and now[0] < theirs:
                    theirs = now[0]
                else:
                    holder.insert(place, element)
        return left if not theirs else None


def _records(body: bytes, records_at: str) -> list[Any]:
    try:
        records = value_at(decode_page(body), records_at)
    except ValueError:
        return []  # whoever types the page says what is wrong with it
    return records if isinstance(records, list) else []


def _emptied(records_at: str) -> bytes:
    document: Any = []
    for key in reversed(records_at.split(".")):
        document = {key: document}
    return json.dumps(document).encode()


def _lists(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, list):
        yield path
    members = value.items() if isinstance(value, dict) else ()
    for key, item in members:
        yield from _lists(item, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value
