"""One canonical column's value out of a row's cells, as feed.yml says."""

from collections.abc import Callable, Sequence
from typing import Any

from kuulo.landing.coercion import CannotType, clean_text
from kuulo.sources.inbox.cell_numbers import float_reader, integer_reader, plain_number, read_boolean, seconds_reader
from kuulo.sources.inbox.cell_text import SheetError, cell_text
from kuulo.sources.inbox.cell_times import TimeReader, time_reader
from kuulo.sources.inbox.feed import ColumnRule, Feed
from kuulo.sources.inbox.feed_error import FeedError
from kuulo.sources.source import Column

REMEMBERED = 50_000

CellReader = Callable[[Any], Any]
RowReader = Callable[[Sequence[Any]], Any]


class NotInMap(CannotType):
    """A cell whose text the rule's `map` does not have."""


def read_text(cell: Any) -> str | None:
    """Cell -> text; blank is null."""
    if isinstance(cell, SheetError):
        raise CannotType("an error of the spreadsheet in place of a value: mend it there, or `map` it to null")
    return clean_text(cell_text(cell))


def cell_reader(column: Column, feed: Feed, written: str, serials: bool, decimal: str) -> CellReader:
    """The function that reads one cell into the column's type."""
    if column.type in ("timestamp", "date"):
        return time_reader(feed.timezone, written, serials)
    if column.type == "float64":
        return seconds_reader(decimal, written) if column.name.endswith("_seconds") else float_reader(decimal)
    plain: dict[str, CellReader] = {"int64": integer_reader(decimal), "boolean": read_boolean}
    return plain.get(column.type, read_text)


def row_reader(column: Column, rule: ColumnRule, feed: Feed, header: Sequence[str], serials: bool) -> RowReader:
    """The function that reads the column out of a row's cells; it raises CannotType, the message without values."""
    if not rule.columns:
        fixed = constant(column, rule.value, feed, "")
        return lambda cells: fixed
    places = [header.index(name) for name in rule.columns]
    read = cell_reader(column, feed, rule.format, serials, feed.decimal)
    times = read if isinstance(read, TimeReader) else None
    if rule.map is not None:
        read = mapped({text: constant(column, meaning, feed, rule.format) for text, meaning in rule.map.items()}, feed.decimal)
    if len(places) > 1:
        return _joined(places, read, times)
    if times and times is not read:
        read = _excepted(read, times)
    place, remembering = places[0], read if read is read_text else remembered(read)
    return lambda cells: remembering(cells[place])


def constant(column: Column, text: str | None, feed: Feed, written: str) -> Any:
    """A value that feed.yml itself gives, in the column's type: times in the column's format or ISO 8601, numbers with a point."""
    if text is None:
        return None
    for attempt in dict.fromkeys((written, "")):
        try:
            return cell_reader(column, feed, attempt, False, "")(text)
        except CannotType as why:
            problem = why
    raise FeedError(f"{feed.where}: columns: {column.name}: the value {text!r} is no {column.type}: {problem}")


def check_fixed_values(feed: Feed) -> None:
    """Raise FeedError where a constant or a map's meaning is no value of its column."""
    for column in feed.stream.columns:
        if rule := feed.columns.get(column.name):
            for text in (rule.value, *(rule.map or {}).values()):
                constant(column, text, feed, rule.format)


def _excepted(known: CellReader, times: CellReader) -> CellReader:
    """Times of which the map names the exceptions, such as `never`: what it does not have is a time."""

    def read(cell: Any) -> Any:
        try:
            return known(cell)
        except NotInMap:
            return times(cell)

    return read


def _joined(places: list[int], read: CellReader, times: TimeReader | None) -> RowReader:
    def joined(parts: tuple[Any, ...]) -> Any:
        return read(_one_text(parts))

    of_parts: CellReader = joined
    if times:
        of_parts = times.of_parts if times is read else _excepted(joined, times.of_parts)
    return lambda cells: of_parts(tuple(cells[place] for place in places))


def _one_text(cells: tuple[Any, ...]) -> str:
    text = " ".join(text for text in map(cell_text, cells) if text)
    return SheetError(text) if any(isinstance(cell, SheetError) for cell in cells) else text


def comparable(text: str, decimal: str = "") -> str:
    """A text as cells are compared: a number in its plainest form, so that 11, 11.0 and "11" are one, and 11,0 with a decimal comma."""
    text = text.strip()
    for written in dict.fromkeys((decimal, "")):
        try:
            number = float(plain_number(text, written))
        except CannotType:
            continue
        if number.is_integer():
            return str(int(number)) if abs(number) < 2**53 else text
        return repr(number)
    return text


def comparable_cell(cell: Any, decimal: str) -> str:
    """The cell's text as it is compared; a number that is no text has no decimal comma."""
    return comparable(cell_text(cell), decimal if isinstance(cell, str) else "")


def mapped(meanings: dict[str, Any], decimal: str = "") -> CellReader:
    """Cell -> what its text stands for; a blank cell is null where the map does not say otherwise."""
    alike = {comparable(text, decimal): meaning for text, meaning in reversed(meanings.items())} | meanings

    def read(cell: Any) -> Any:
        text = cell_text(cell)
        if text in alike:
            return alike[text]
        plain = comparable_cell(cell, decimal)
        if plain in alike:
            return alike[plain]
        if isinstance(cell, bool):
            return _of_truth(cell, meanings)
        if not text:
            return None
        raise NotInMap("a value that `map` does not have: add it there")

    return read


def _of_truth(cell: bool, meanings: dict[str, Any]) -> Any:
    """A true or false cell, which the map may write as True, TRUE, yes or 1."""
    for text, meaning in meanings.items():
        try:
            if read_boolean(text) is cell:
                return meaning
        except CannotType:
            continue
    raise NotInMap("a value that `map` does not have: add it there")


def remembered(read: CellReader) -> CellReader:
    """The same reader, which reads equal texts once."""
    known: dict[str, Any] = {}

    def recall(cell: Any) -> Any:
        if type(cell) is not str:
            return read(cell)
        if cell in known:
            return known[cell]
        value = read(cell)
        if len(known) < REMEMBERED:
            known[cell] = value
        return value

    return recall
