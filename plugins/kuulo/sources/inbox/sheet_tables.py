"""Excel workbooks (.xlsx) as tables."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from kuulo.landing.coercion import CannotType
from kuulo.sources.inbox.cell_text import cell_text
from kuulo.sources.inbox.feed import Feed
from kuulo.sources.inbox.feed_error import FeedError, listed
from kuulo.sources.inbox.sheet_errors import told, with_errors_as_text
from kuulo.sources.inbox.table import Table, checked_header, is_blank, numbered_rows

MAX_UNPACKED_SHEET_BYTES = 1_000_000_000
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


@contextmanager
def sheet_table(path: Path, feed: Feed, where: str) -> Iterator[Table]:
    """Open one sheet of a workbook as a table."""
    _check_workbook(path, where)
    try:
        errors_told = with_errors_as_text(path)
        with CalamineWorkbook.from_object(errors_told or path) as workbook:
            sheet = _sheet(workbook, feed, where)
            records = map(told, sheet.iter_rows()) if errors_told else sheet.iter_rows()
            for _ in range(feed.skip_rows):
                next(records, None)
            first = next((cells for cells in records if not all(is_blank(cell) for cell in cells)), None)
            if first is None:
                raise FeedError(f"{where}: sheet {sheet.name!r} holds no header: its first row must name the columns")
            yield _table(first, records, feed, where)
    except PasswordError:
        raise FeedError(f"{where}: protected by a password: save it without one") from None
    except (CalamineError, zipfile.BadZipFile, zlib.error):
        raise FeedError(f"{where}: not an Excel workbook that can be read: save it as .xlsx again") from None


def _table(first: list[Any], records: Iterator[list[Any]], feed: Feed, where: str) -> Table:
    try:
        header = checked_header([cell_text(cell) for cell in first], feed, where)
    except CannotType as why:
        raise FeedError(f"{where}: in its header, {why}") from None
    before = next(place for place, name in enumerate(header) if name)
    rows = numbered_rows((cells[before:] for cells in records), len(header) - before)
    return Table(header[before:], rows, serials=True)


def _check_workbook(path: Path, where: str) -> None:
    """Tell what the file is where it is no workbook, and refuse one that unpacks to more than memory should hold."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_OLD_OFFICE):
        raise FeedError(f"{where}: an old .xls workbook or one with a password: save it as .xlsx without a password")
    if start.lstrip()[:1] == b"<":
        raise FeedError(f"{where}: a web page or XML named .xlsx: open it and save it as .xlsx")
    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
            is_workbook = any(part.filename.startswith("xl/") for part in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise FeedError(f"{where}: not an Excel workbook: save it as .xlsx, or give text files their own ending (.csv, .tsv)") from None
    if not is_workbook:
        raise FeedError(f"{where}: a zip file but not an Excel workbook: save it as .xlsx")
    if unpacked > MAX_UNPACKED_SHEET_BYTES:
        raise FeedError(f"{where}: more than {MAX_UNPACKED_SHEET_BYTES:,} bytes when unpacked: save it as .csv")


def _first_worksheet(workbook: CalamineWorkbook, where: str) -> int:
    for place, sheet in enumerate(workbook.sheets_metadata):
        if sheet.typ == SheetTypeEnum.WorkSheet:
            return place
    raise FeedError(f"{where}: has no worksheet: save the data as a sheet of cells")


def _sheet(workbook: CalamineWorkbook, feed: Feed, where: str) -> CalamineSheet:
    names = workbook.sheet_names
    if not feed.sheet:
        return workbook.get_sheet_by_index(_first_worksheet(workbook, where))
    if feed.sheet in names:
        return workbook.get_sheet_by_name(feed.sheet)
    if feed.sheet.isascii() and feed.sheet.isdigit() and int(feed.sheet) < len(names):
        return workbook.get_sheet_by_index(int(feed.sheet))
    has = listed(f"{place}: {name}" for place, name in enumerate(names))
    raise FeedError(f"{where}: has no sheet {feed.sheet!r}: it has {has}; name one of them as `sheet` in {feed.where}")
