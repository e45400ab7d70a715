"""Read one declaration's window from its database: page by page, oldest first, in a transaction that only reads."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from kuulo.landing.coercion import CannotType
from kuulo.sources.api_errors import SourceContractBroken
from kuulo.sources.ask import Answer, Ask
from kuulo.sources.asker import Page, State
from kuulo.sources.database.bounds import Bounds
from kuulo.sources.database.database_errors import is_of_driver, told
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.engines import Database
from kuulo.sources.database.row_page import RECORDS_AT, encoded, page_body
from kuulo.sources.database.statement import Statements
from kuulo.sources.inbox.feed import column_name
from kuulo.sources.inbox.feed_error import listed
from kuulo.sources.page_json import decode_page
from kuulo.sources.source import Window

_MOST_NAMES = 40
_PAGE_BYTES = 4_000_000


@dataclass(frozen=True)
class Reached:
    """Where an interrupted reading stopped.

    Attributes:
        watermark: of the last row that was kept, as its page has it.
        kept: the rows with that watermark that were kept, as bytes; they are read again and left out.
    """

    watermark: Any
    kept: Counter[bytes] = field(default_factory=Counter)


def reached(state: State, bodies: Iterator[bytes]) -> Reached:
    """Where a reading stopped, from the state after its last page and the bodies of its pages, the last first."""
    found = Reached(state["from"])
    for body in bodies:
        document = decode_page(body)
        place = document["columns"].index(state["column"])
        same = [row for row in document[RECORDS_AT] if row[place] == found.watermark]
        found.kept.update(encoded(row) for row in same)
        if len(same) < len(document[RECORDS_AT]):
            break
    return found


@dataclass(frozen=True)
class TableReading:
    """One reading of a declaration's window.

    Attributes:
        window: as it was asked for; the reading begins the declaration's overlap before it.
    """

    declaration: Declaration
    database: Database
    window: Window

    def pages(self, since: Reached | None = None) -> Iterator[Page]:
        """The pages, from behind those that were kept where `since` says so; at least one, and the last one's `next` is None.

        Raises:
            RetryLater: the database is away or busy.
            BadCredentials: the connection's user is refused, or may not read this.
            SourceContractBroken: what is declared does not fit what the database has.
        """
        with self._translated(), closing(self.database.connect()) as connection:
            self.database.engine.begin(connection, self.declaration.feed.timezone, self.declaration.timeout)
            yield from self._pages(connection, self._header(connection), since)
            connection.rollback()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not is_of_driver(error):
                raise
            raise told(error, self.declaration) from None

    @cached_property
    def _bounds(self) -> Bounds:
        mark = self.declaration.watermark
        return Bounds(self.database.engine, mark.format if mark else "", self.declaration.feed.timezone)

    @cached_property
    def _start(self) -> datetime:
        return self.window.start - self.declaration.overlap

    @cached_property
    def _statements(self) -> Statements:
        given = {"window_start": self._bounds.lower(self._start), "window_end": self._bounds.value(self.window.end)}
        return Statements(self.declaration, self.database, given)

    def _header(self, connection: Any) -> dict[str, str]:
        """The columns there are, by their names as they are compared; every column that is asked for is among them."""
        declared, what = self.declaration, "the query" if self.declaration.query else "the table"
        with closing(connection.cursor()) as cursor:
            self._statements.header().run(cursor)
            names = [str(described[0]) for described in cursor.description]
        known = {column_name(name): name for name in names}
        lacking = [repr(name) for name in declared.asked_columns if name not in known]
        if lacking:
            has = [*map(repr, names[:_MOST_NAMES]), *([f"and {len(names) - _MOST_NAMES} others"] if len(names) > _MOST_NAMES else [])]
            raise SourceContractBroken(
                f"{declared.label}: {what} has no column {listed(lacking)}; it has {listed(has)}: correct one of the two"
            )
        if len(known) < len(names):
            raise SourceContractBroken(f"{declared.label}: two columns of {what} have the same name: give each its own")
        return known

    def _pages(self, connection: Any, header: dict[str, str], since: Reached | None) -> Iterator[Page]:
        declared, mark = self.declaration, self.declaration.watermark
        columns = [header[name] for name in (header if declared.query else declared.asked_columns)]
        marked = [mark.column] if mark else []
        lower = self._bounds.again(since.watermark) if since else self._bounds.lower(self._start)
        upper = self._bounds.value(self.window.end)
        order = [header[name] for name in dict.fromkeys([*marked, *declared.key_columns])]
        asked = Ask(path=f"/{declared.name}", params=(("from", str(lower)), ("until", str(upper))))
        with closing(self.database.engine.cursor(connection, declared.batch_rows)) as cursor:
            self._statements.rows(columns, order, (header[mark.column], lower, upper) if mark else None).run(cursor)
            batches = self._batches(cursor, since)
            batch = next(batches, [])
            if not batch and not since and mark:
                self._check_nothing(connection, header[mark.column])
            while True:
                following = next(batches, [])
                state = self._state(columns, header, batch)
                yield Page(
                    ask=asked,
                    answer=Answer(page_body(columns, batch)),
                    records_at=RECORDS_AT,
                    next=state if following else None,
                )
                if not following:
                    return
                batch = following

    def _batches(self, cursor: Any, since: Reached | None) -> Iterator[list[bytes]]:
        """Batches of rows as JSON, without those that were kept before."""
        again = since.kept.copy() if since else Counter[bytes]()
        while rows := cursor.fetchmany(self.declaration.batch_rows):
            batch, size = [], 0
            for row in rows:
                line = encoded(tuple(row.values()) if isinstance(row, dict) else row)
                if again and again[line] > 0:
                    again[line] -= 1
                    continue
                batch.append(line)
                size += len(line)
                if size > _PAGE_BYTES:
                    yield batch
                    batch, size = [], 0
            if batch:
                yield batch

    def _state(self, columns: Sequence[str], header: dict[str, str], batch: Sequence[bytes]) -> State:
        """From where to go on behind a batch; its first and last watermark must be times of the window."""
        mark = self.declaration.watermark
        if not mark or not batch:
            return {"from": None, "column": ""}
        place = columns.index(header[mark.column])
        first, last = (decode_page(line)[place] for line in (batch[0], batch[-1]))
        if not all(self._is_time_of(value, self._start, self.window.end, slack=timedelta(days=1)) for value in (first, last)):
            raise self._ill_written()
        return {"from": last, "column": columns[place]}

    def _is_time_of(self, value: Any, start: datetime, end: datetime, *, slack: timedelta) -> bool:
        try:
            return start - slack <= self._bounds.instant(value) < end + slack
        except CannotType:
            raise self._ill_written() from None

    def _ill_written(self) -> SourceContractBroken:
        mark = self.declaration.watermark
        written = f"format {mark.format}" if mark and mark.format else "times of the database"
        return SourceContractBroken(
            f"{self.declaration.label}: the watermark is not written as declared ({written}), so that it cannot be compared with a window: "
            "declare `watermark: {column:, format:}` as docs/database.md says"
        )

    def _check_nothing(self, connection: Any, watermark: str) -> None:
        """No rows may mean that the watermark is compared as another type: it must at least be readable, and not lie in the window."""
        with closing(connection.cursor()) as cursor:
            self._statements.span(watermark).run(cursor)
            row = cursor.fetchone()
        for value in decode_page(encoded(tuple(row.values()) if isinstance(row, dict) else row)):
            if value is not None and self._is_time_of(value, self._start, self.window.end, slack=-timedelta(hours=3)):
                raise self._ill_written()
