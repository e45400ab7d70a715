"""Pages of a database's rows typed as their declaration says, by the same mapping that reads the inbox's files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from kuulo.landing.landing_path import BatchPlace
from kuulo.landing.record_shape import Refusal
from kuulo.landing.typed_family import Family, RawPage
from kuulo.landing.typed_rows import TypedCounts, TypedWriter
from kuulo.sources.database.declaration import Declaration
from kuulo.sources.database.row_page import RECORDS_AT
from kuulo.sources.inbox.feed import column_name
from kuulo.sources.inbox.row_mapping import RowMapping
from kuulo.sources.inbox.table import Row, Table
from kuulo.sources.page_json import decode_page
from kuulo.sources.source import Stream

WHOLE_TABLE = "full"
_BEHIND_NAME = "--"


@dataclass(frozen=True)
class TableFamily(Family):
    """A declaration's rows of one window, or of the whole table, as a batch of its canonical stream."""

    declared: Declaration

    @property
    def streams(self) -> list[Stream]:
        """The canonical stream alone."""
        return [self.base]

    @property
    def batch(self) -> str:
        """Several declarations may give rows to one stream, so the folder is named after the declaration too."""
        return f"{self.declared.name}{_BEHIND_NAME}{WHOLE_TABLE if self.declared.full else self.window.batch}"

    def declaration(self, stream: Stream) -> str:
        """Hash of all that decides the typed rows."""
        return self.declared.hash


def declaration_of(batch: str) -> str:
    """The name of the declaration that a batch was read by."""
    return batch.partition(_BEHIND_NAME)[0]


class TypedTable:
    """The writer of one batch's typed rows; use it in a `with`.

    Attributes:
        pages: how many are typed.
    """

    pages = 0

    def __init__(self, family: TableFamily, landed_at: datetime) -> None:
        self._declared, self._stream = family.declared, family.base
        place: BatchPlace = family.place(family.base)
        self._writer = TypedWriter(place=place, stream=family.base, window=family.window, landed_at=landed_at)
        self._undeclared: tuple[str, ...] = ()

    def take(self, pages: Sequence[RawPage]) -> None:
        """Type the pages that come next."""
        for page in pages:
            document = decode_page(page.body) if page.document is None else page.document
            header = tuple(column_name(name) for name in document["columns"])
            rows = (Row(number, cells) for number, cells in enumerate(document[RECORDS_AT], 1))
            mapping = RowMapping(self._declared.feed, Table(header, rows), self._declared.name)
            for row in mapping.rows():
                self._writer.write_row(row if isinstance(row, Refusal) else [*row.values, row.extra], page.number)
            self._undeclared = mapping.undeclared
            self.pages += 1

    def close(self) -> dict[str, TypedCounts]:
        """Put the files in place; the accounts by stream."""
        return {self._stream.name: replace(self._writer.close(), undeclared=self._undeclared)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        if failure is not None:
            self._writer.abandon(failure)
