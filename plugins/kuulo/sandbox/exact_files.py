"""Files whose bytes depend on their content only: no clock, no host name, no random order."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterable
from typing import Any

_MADE_AT = (2026, 9, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def delimited(header: list[str], rows: Iterable[list[Any]], delimiter: str) -> bytes:
    """A text table with a byte order mark and CRLF, as spreadsheets save it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def json_lines(records: Iterable[dict[str, Any]]) -> bytes:
    """A record a line, packed by gzip without name or time."""
    lines = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.write(lines.encode())
    return packed.getvalue()


def workbook(sheet: str, header: list[str], rows: Iterable[list[Any]]) -> bytes:
    """A workbook of one sheet."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(header)
    for row in rows:
        page.append(row)
    written = io.BytesIO()
    book.save(written)
    return _without_clock(written)


def _without_clock(written: io.BytesIO) -> bytes:
    """The same archive with one fixed time on every part and in the document's properties."""
    exact = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(exact, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            part = zipfile.ZipInfo(name, _MADE_AT)
            part.compress_type, part.create_system, part.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>2026-09-01T00:00:00Z", content)
            target.writestr(part, content)
    return exact.getvalue()
