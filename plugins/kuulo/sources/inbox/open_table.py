"""Which reader opens which data file."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from kuulo.sources.inbox.feed import Feed
from kuulo.sources.inbox.record_tables import json_lines_table, parquet_table
from kuulo.sources.inbox.sheet_tables import sheet_table
from kuulo.sources.inbox.table import Table
from kuulo.sources.inbox.text_tables import text_table

_READERS: dict[str, Callable[[Path, Feed, str], AbstractContextManager[Table]]] = {
    ".csv": text_table,
    ".csv.gz": text_table,
    ".tsv": text_table,
    ".tsv.gz": text_table,
    ".jsonl": json_lines_table,
    ".jsonl.gz": json_lines_table,
    ".xlsx": sheet_table,
    ".parquet": parquet_table,
}
ENDINGS = tuple(_READERS)


def ending_of(name: str) -> str:
    """The accepted ending that the file's name has, in lower case, or the empty text."""
    return next((ending for ending in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(ending)), "")


def open_table(path: Path, feed: Feed, where: str) -> AbstractContextManager[Table]:
    """Open a data file of a feed; the table's rows are read while it is open. FeedError where it is not what its ending says."""
    return _READERS[ending_of(path.name)](path, feed, where)
