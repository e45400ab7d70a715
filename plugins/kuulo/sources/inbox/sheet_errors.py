"""Error cells of Excel workbooks (#N/A, #REF!), which the reader of workbooks gives as blank: they are told as text instead."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from kuulo.sources.inbox.cell_text import SheetError

_CHUNK_BYTES, _LONGEST_TAG_BYTES = 1 << 20, 1 << 16
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*?\s)?t=)(["'])e\2""")
_ERROR_TEXT = re.compile(r"#(?:N/A|GETTING_DATA|[A-Z][A-Z0-9/_]*[!?])")


def with_errors_as_text(path: Path) -> io.BytesIO | None:
    """The workbook with its error cells as cells of text, or None where its sheets have none."""
    with zipfile.ZipFile(path) as parts:
        sheets = {part.filename for part in parts.infolist() if part.filename.lower().startswith("xl/worksheets/")}
        if not any(_has_errors(chunk) for name in sheets for chunk in _chunks(parts, name)):
            return None
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copied:
            for part in parts.infolist():
                with copied.open(part.filename, "w") as target:
                    _copy(parts, part.filename, target, is_sheet=part.filename in sheets)
    copy.seek(0)
    return copy


def told(cells: Sequence[Any]) -> list[Any]:
    """The cells of a row, those that have the text of an error as such."""
    return [SheetError(cell) if type(cell) is str and _ERROR_TEXT.fullmatch(cell) else cell for cell in cells]


def _has_errors(chunk: bytes) -> bool:
    return (b't="e"' in chunk or b"t='e'" in chunk) and bool(_ERROR_CELL.search(chunk))


def _copy(parts: zipfile.ZipFile, name: str, target: IO[bytes], *, is_sheet: bool) -> None:
    for chunk in _chunks(parts, name):
        target.write(_ERROR_CELL.sub(rb"\1\2str\2", chunk) if is_sheet else chunk)


def _chunks(parts: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part piece by piece, none of which ends inside a tag."""
    rest = b""
    with parts.open(name) as part:
        while read := part.read(_CHUNK_BYTES):
            chunk = rest + read
            end = chunk.rfind(b"<")
            cut = end if end >= 0 and len(chunk) - end < _LONGEST_TAG_BYTES else len(chunk)
            rest = chunk[cut:]
            yield chunk[:cut]
    yield rest
