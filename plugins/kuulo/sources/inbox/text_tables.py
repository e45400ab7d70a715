"""CSV and TSV files as tables: quoted text may hold line breaks, lines end in LF, CRLF or CR, blank lines do not count."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from kuulo.sources.inbox.feed import Feed
from kuulo.sources.inbox.feed_error import FeedError
from kuulo.sources.inbox.packed_bytes import open_bytes
from kuulo.sources.inbox.table import Table, checked_header, numbered_rows

MAX_CELL_CHARACTERS = 10_000_000
_ELSE = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_TOLD_DELIMITER = re.compile(r"""("?)sep=([^\w\s"']|\t)\1\s*""", re.IGNORECASE)


@contextmanager
def text_table(path: Path, feed: Feed, where: str) -> Iterator[Table]:
    """Open a .csv or .tsv file (or .gz of one) as a table."""
    usual = "\t" if path.name.lower().endswith((".tsv", ".tsv.gz")) else ","
    with open_bytes(path, where) as raw, io.TextIOWrapper(raw, encoding=feed.encoding, newline="") as text:
        told, lines, skip_rows = _told_delimiter(_decoded(text, path, feed, where), feed.skip_rows)
        delimiter = feed.delimiter or told or usual
        records = (_tab_records if delimiter == "\t" else _records)(lines, delimiter, where)
        with _readable(where):
            for _ in range(skip_rows):
                next(lines, None)
            first = next((cells for cells in records if any(cell.strip() for cell in cells)), None)
        if first is None:
            raise FeedError(f"{where}: holds no header: its first row must name the columns")
        header = checked_header(_without_end(first), feed, where)
        if len(header) == 1 and not feed.delimiter and header[0] not in feed.asked_columns:
            _refuse_other_delimiter(first[0], feed, delimiter, where)
        yield Table(header, numbered_rows(records, len(header)))


def _told_delimiter(lines: Iterator[str], skip_rows: int) -> tuple[str, Iterator[str], int]:
    """The delimiter that a first line such as `sep=;` tells Excel, the lines behind it, and how many of them are to be skipped yet."""
    first = next(lines, "")
    if told := _TOLD_DELIMITER.fullmatch(first):
        return told[2], lines, max(skip_rows - 1, 0)
    return "", chain([first], lines), skip_rows


def _without_end(cells: list[str]) -> list[str]:
    """The header without the blank names that delimiters at its end make."""
    while not cells[-1].strip():
        cells = cells[:-1]
    return cells


@contextmanager
def _readable(where: str) -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        raise FeedError(f"{where}: {_advice(str(error))}") from None


def _records(lines: Iterator[str], delimiter: str, where: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(reader.line_num, error, where) from None


def _tab_records(lines: Iterator[str], delimiter: str, where: str) -> Iterator[list[str]]:
    """Records of a file whose writer may have quoted as Excel does, or not at all: then a cell may begin with a quote of its own.

    Such a quote would take what follows up to the next one for its text. Where all lines that a record took have the header's tabs,
    they are rows, and none of them goes on in the next.
    """
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    taken: list[str] = []
    reader = csv.reader(_noted(lines, taken), delimiter=delimiter, strict=True)
    width = 0
    while True:
        taken.clear()
        problem: csv.Error | None = None
        record: list[str] = []
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = error
        if (problem or len(taken) > 1) and _are_rows(taken, width):
            yield from (_row(line) for line in taken)
        elif problem:
            raise _broken(reader.line_num, problem, where)
        else:
            yield record
            width = width or (len(record) if any(cell.strip() for cell in record) else 0)


def _broken(line: int, error: csv.Error, where: str) -> FeedError:
    return FeedError(f"{where}: line {line}: {_advice(str(error))}")


def _noted(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _are_rows(lines: list[str], width: int) -> bool:
    return width > 1 and all(line.count("\t") == width - 1 for line in lines if line.strip())


def _row(line: str) -> list[str]:
    text = line.rstrip("\r\n")
    try:
        return next(csv.reader([text], delimiter="\t", strict=True), [])
    except csv.Error:
        return text.split("\t")


def _advice(problem: str) -> str:
    if "unexpected end" in problem:
        return "the file ends inside a quoted text: a closing quote is missing, or the file was cut off"
    if "field larger" in problem:
        return f"a cell has more than {MAX_CELL_CHARACTERS:,} characters: is a closing quote missing?"
    if "expected after" in problem:
        return 'a quote stands inside a quoted text: write it twice (""), or check that `delimiter` is right'
    return f"not a table: {problem}"


def _decoded(text: io.TextIOWrapper, path: Path, feed: Feed, where: str) -> Iterator[str]:
    """The lines; FeedError with the byte's place where they are not in the declared encoding."""
    try:
        first = next(text, "")
        yield first.lstrip("\ufeff")
        yield from text
    except (UnicodeDecodeError, UnicodeError):
        at = undecodable_at(path, feed.encoding, where)
        raise FeedError(
            f"{where}: not {feed.encoding} at byte {at}: declare `encoding` in {feed.where}, for example cp1252, iso-8859-1 or utf-16"
        ) from None


def undecodable_at(path: Path, encoding: str, where: str) -> int:
    """The offset of the first byte that the encoding does not know; the text decoder's own offset is that of its buffer."""
    import codecs

    decoder, done = codecs.getincrementaldecoder(encoding)(), 0
    with open_bytes(path, where) as raw:
        while chunk := raw.read(1 << 16):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return done - pending + error.start
            except UnicodeError:
                return done
            done += len(chunk)
    return done


def _refuse_other_delimiter(header: str, feed: Feed, delimiter: str, where: str) -> None:
    for other, name in _ELSE.items():
        if other != delimiter and other in header:
            raise FeedError(f"{where}: the header is one column with a {name} in it: declare `delimiter: {name}` in {feed.where}")
