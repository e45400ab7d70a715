"""A data file as a table: a header and rows of cells, whatever the file's kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kuulo.sources.inbox.feed import column_name
from kuulo.sources.inbox.feed_error import FeedError
from kuulo.sources.inbox.feed_parts import listed


class Row(NamedTuple):
    """One data row.

    Attributes:
        number: its place among the data rows, from 1; blank rows do not count.
        cells: its cells, in the header's order.
        fault: why the row cannot be read, without values; empty where it can.
    """

    number: int
    cells: Sequence[Any]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """The header of a file, and its rows in the file's order, read as they are asked for.

    Attributes:
        header: column names as they are compared; a column without a name has the empty text.
        serials: whether a bare number in a column of times is a spreadsheet's date.
    """

    header: tuple[str, ...]
    rows: Iterator[Row]
    serials: bool = False


def checked_header(cells: Sequence[Any], where: str) -> tuple[str, ...]:
    """The header's names; FeedError where two columns have the same."""
    names = [column_name("" if cell is None else str(cell)) for cell in cells]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise FeedError(f"{where}: the header has {listed(repr(n) for n in twice)} more than once: give each column its own name")
    return tuple(names)


def is_blank(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def numbered_rows(records: Iterable[Sequence[Any]], width: int) -> Iterator[Row]:
    """Number the rows that hold anything; a row of another width than the header's is told so, blank cells at its end aside."""
    number = 0
    for record in records:
        if all(is_blank(cell) for cell in record):
            continue
        number += 1
        cells = record[:width] if len(record) > width and all(is_blank(cell) for cell in record[width:]) else record
        fault = "" if len(cells) == width else f"the row has {len(cells)} cells and the header {width}"
        yield Row(number, cells, fault)
