"""A data file as a table: a header and rows of cells, whatever the file's kind."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from kuulo.sources.inbox.cell_text import as_read
from kuulo.sources.inbox.feed import Feed, column_name
from kuulo.sources.inbox.feed_error import FeedError, listed

_LONGEST_NAME, _MOST_NAMES, _ROWS_LOOKED_AT = 40, 30, 20
_DATE_OR_TIME = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}|[0-9]{1,2}:[0-9]{2}")


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
        is_keyed: whether every file of this kind names its columns, so that none is without a header.
    """

    header: tuple[str, ...]
    rows: Iterator[Row]
    serials: bool = False
    is_keyed: bool = False


def checked_header(cells: Sequence[Any], feed: Feed, where: str) -> tuple[str, ...]:
    """The header's names; FeedError where two columns have the same."""
    names = [column_name("" if cell is None else str(cell)) for cell in cells]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice and not _names_some(names, feed):
        raise FeedError(f"{where}: {_no_header(names)}")
    if twice:
        raise FeedError(f"{where}: the header has {_listed_names(twice)} more than once: give each column its own name")
    return tuple(names)


def check_columns(table: Table, feed: Feed, where: str) -> None:
    """Raise FeedError with both lists where feed.yml names columns that the file lacks."""
    lacking = [name for name in feed.asked_columns if name not in table.header]
    if lacking:
        has = f"the file has {_listed_names(table.header)}: correct one of the two"
        raise FeedError(
            f"{where}: lacks {listed(repr(n) for n in lacking)}, which {feed.where} names; "
            f"{has if _is_header(table, feed) else _no_header(table.header)}"
        )


def _is_header(table: Table, feed: Feed) -> bool:
    """Whether the names are column names: a file without a header has its first customer there, whom no message may show.

    Where feed.yml knows none of them, they are if they look like names, and other than what stands below them: a file of nothing but
    words does not tell.
    """
    if table.is_keyed or _names_some(table.header, feed):
        return True
    below = [pair for row in islice(table.rows, _ROWS_LOOKED_AT) if not row.fault for pair in zip(table.header, row.cells, strict=True)]
    has_other = any(name and not _could_be_name(str(as_read(cell))) for name, cell in below)
    return has_other and all(_could_be_name(name) for name in table.header)


def _names_some(names: Sequence[str], feed: Feed) -> bool:
    return any(name in feed.asked_columns for name in names)


def _could_be_name(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return len(text) <= _LONGEST_NAME and "@" not in text and 2 * digits <= len(text) and not _DATE_OR_TIME.search(text)


def _no_header(names: Sequence[str]) -> str:
    return f"its first row, of {len(names)} columns, does not look like a header: the first row must name the columns"


def _listed_names(names: Sequence[str]) -> str:
    """Those that could be column names, the first of them, and how many more there are."""
    named = [name for name in names if name]
    shown = [repr(name) for name in named if _could_be_name(name)][:_MOST_NAMES]
    return listed(shown + ([f"and {len(named) - len(shown)} others"] if len(shown) < len(named) else []))


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
