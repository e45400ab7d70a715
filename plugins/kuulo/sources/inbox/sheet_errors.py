"""Cells of Excel workbooks that their reader gives as blank though something stands in them: they are told as text instead.

These are errors (#N/A, #REF!), and formulas that nobody computed: a spreadsheet program stores the value beside the formula, while
many a tool that writes workbooks leaves that to whoever opens them.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from kuulo.sources.inbox.cell_text import FORMULA_WITHOUT_VALUE, SheetError

_CHUNK_BYTES, _LONGEST_CELL_BYTES, _USUAL_CELL_BYTES = 1 << 20, 1 << 18, 1 << 12
_CELL_BEGINS = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*?\s)?t=)(["'])e\2""")
_FORMULA_WITHOUT_VALUE = re.compile(
    rb"""
    <(?P<prefix>(?:\w+:)?)c(?P<attributes>(?:\s[^<>]*)?)>\s*
    <(?P=prefix)f(?:\s[^<>]*)?(?:/>|>[^<]*</(?P=prefix)f\s*>)\s*
    (?P<empty><(?P=prefix)v(?:\s[^<>]*)?(?:/>|></(?P=prefix)v\s*>)\s*)?
    </(?P=prefix)c\s*>
    """,
    re.VERBOSE,
)
_TYPE = re.compile(rb"""\st=(["'])(\w*)\1""")
_WRITTEN_FOR_IT = "kuulo: a formula without its value"
_ERROR_TEXT = re.compile(r"#(?:N/A|GETTING_DATA|[A-Z][A-Z0-9/_]*[!?])")


def with_errors_as_text(path: Path) -> io.BytesIO | None:
    """The workbook with such cells as cells of text, or None where its sheets have none."""
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
    """The cells of a row of such a copy: errors and formulas without a value are what they are, no texts."""
    return [_told(cell) if type(cell) is str else cell for cell in cells]


def _told(text: str) -> Any:
    if text == _WRITTEN_FOR_IT:
        return FORMULA_WITHOUT_VALUE
    return SheetError(text) if _ERROR_TEXT.fullmatch(text) else text


def _has_errors(chunk: bytes) -> bool:
    return bool(
        ((b't="e"' in chunk or b"t='e'" in chunk) and _ERROR_CELL.search(chunk))
        or ((b"<f" in chunk or b":f" in chunk) and any(map(_is_not_computed, _FORMULA_WITHOUT_VALUE.finditer(chunk))))
    )


def _is_not_computed(cell: re.Match[bytes]) -> bool:
    """Whether a formula's cell has no value; an empty one of a cell of text is the empty text, which a formula may well give."""
    kind = _TYPE.search(cell["attributes"])
    return not (cell["empty"] and kind and kind[2] == b"str")


def _as_text(cell: re.Match[bytes]) -> bytes:
    if not _is_not_computed(cell):
        return cell[0]
    prefix, attributes = cell["prefix"], _TYPE.sub(b"", cell["attributes"])
    return b'<%bc%b t="str"><%bv>%b</%bv></%bc>' % (prefix, attributes, prefix, _WRITTEN_FOR_IT.encode(), prefix, prefix)


def _copy(parts: zipfile.ZipFile, name: str, target: IO[bytes], *, is_sheet: bool) -> None:
    for chunk in _chunks(parts, name):
        target.write(_ERROR_CELL.sub(rb"\1\2str\2", _FORMULA_WITHOUT_VALUE.sub(_as_text, chunk)) if is_sheet else chunk)


def _chunks(parts: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part piece by piece, none of which ends inside a cell or a tag."""
    rest = b""
    with parts.open(name) as part:
        while read := part.read(_CHUNK_BYTES):
            chunk = rest + read
            cut = _last_cut(chunk)
            rest = chunk[cut:]
            yield chunk[:cut]
    yield rest


def _last_cut(chunk: bytes) -> int:
    for near_its_end in (len(chunk) - _USUAL_CELL_BYTES, len(chunk) - _LONGEST_CELL_BYTES):
        if begun := [cell.start() for cell in _CELL_BEGINS.finditer(chunk, max(0, near_its_end))]:
            return begun[-1]
    tag = chunk.rfind(b"<", max(0, len(chunk) - _LONGEST_CELL_BYTES))
    return tag if tag >= 0 else len(chunk)
