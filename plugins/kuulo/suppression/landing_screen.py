"""What landing asks of the list: a screen for pages as they come, and one for the rows of files and tables. None where it is empty."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from kuulo.landing.record_shape import Refusal
from kuulo.settings import Settings
from kuulo.sources.ask import Answer
from kuulo.sources.asker import Page
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.row_page import RECORDS_AT
from kuulo.sources.inbox.feed import column_name
from kuulo.sources.inbox.row_mapping import CanonicalRow, RowMapping
from kuulo.sources.inbox.table import Row, Table
from kuulo.sources.page_json import decode_page
from kuulo.sources.source import Stream
from kuulo.suppression.mentions import Mentions
from kuulo.suppression.page_cut import rewritten
from kuulo.suppression.page_screen import PageScreen, Screened
from kuulo.suppression.suppression_list import SuppressionList
from kuulo.suppression.ties import kinds_of, tied, ties_of

PageFilter = Callable[[Page], Page]


def _with_body(page: Page, body: bytes) -> Page:
    if body == page.answer.body:
        return page
    return replace(page, answer=Answer(body, page.answer.status, page.answer.quick_records))


def page_filter(settings: Settings, source: str, streams: Sequence[Stream]) -> PageFilter:
    """What gives a vendor's page as it may be kept: as it came, where nobody is suppressed."""
    suppression = SuppressionList.read(settings)
    if suppression is None:
        return lambda page: page
    screen = PageScreen(suppression, source, streams)

    def filtered(page: Page) -> Page:
        found = screen.screened(page.answer.body, page.records_at, page.parent)
        suppression.learn(found.learned)
        return _with_body(page, found.body)

    return filtered


class RowScreen:
    """Screens rows of a canonical stream, by their declared columns.

    Attributes:
        left_out: rows that were left out.
    """

    def __init__(self, suppression: SuppressionList, source: str, stream: Stream) -> None:
        self._suppression, self._ties = suppression, ties_of(source, stream.name)
        self._places = {column.name: place for place, column in enumerate(stream.columns)}
        self.mentions = Mentions(suppression, source, kinds_of(source))
        self.left_out = 0

    def leaves_out(self, row: CanonicalRow | Refusal) -> bool:
        """Whether the row is a suppressed person's; of a refused one, whether it names one."""
        if isinstance(row, Refusal):
            text = row.record.encode()
            return self.mentions.redacted(text) != text
        found = tied(self._ties, lambda column: row.values[self._places[column]], self._suppression.holds)
        self._suppression.learn(found.names)
        return found.is_suppressed

    def rows(self, rows: Iterable[CanonicalRow | Refusal]) -> Iterator[CanonicalRow | Refusal]:
        """The rows of everybody else, and nobody of the list mentioned in them."""
        for row in rows:
            if self.leaves_out(row):
                self.left_out += 1
            elif isinstance(row, CanonicalRow):
                yield CanonicalRow([self._clean(value) for value in row.values], self._clean(row.extra))
            else:
                yield row

    def _clean(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return self.mentions.redacted(value.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def row_screen(settings: Settings, source: str, stream: Stream) -> RowScreen | None:
    """The screen of a canonical stream's rows, or None where nobody is suppressed."""
    suppression = SuppressionList.read(settings)
    return RowScreen(suppression, source, stream) if suppression else None


def table_page(body: bytes, declared: Declaration, screen: RowScreen) -> Screened:
    """A page of a database's rows as it may be kept."""
    document = decode_page(body)
    rows = [Row(number, cells) for number, cells in enumerate(document[RECORDS_AT])]
    header = tuple(column_name(name) for name in document["columns"])
    cut: set[int] = set()
    for row in rows:
        mapped = RowMapping(declared.feed, Table(header, iter([row])), declared.name).rows()
        if any([screen.leaves_out(each) for each in mapped]):
            cut.add(row.number)
    if cut:
        body = rewritten(body, RECORDS_AT, lambda index, record: None if index in cut else record)
    return Screened(screen.mentions.redacted(body), len(cut))


def table_filter(settings: Settings, declared: Declaration) -> PageFilter:
    """What gives a page of a declared table as it may be kept."""
    screen = row_screen(settings, "database", declared.feed.stream)
    if screen is None:
        return lambda page: page
    return lambda page: _with_body(page, table_page(page.answer.body, declared, screen).body)
